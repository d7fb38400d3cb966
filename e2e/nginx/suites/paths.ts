import { expect, test } from '@jest/globals'
import { isOfNginx } from '../clients.js'
import type { NginxSubject } from '../subject.js'

/** Which path reaches whom. */
export const paths = (subject: NginxSubject): void => {
  test.each(['/metrics', '/metrics?x=1', '//metrics', '/%6detrics', '/x/../metrics'])(
    'GET %s tells the outside world nothing',
    async (path) => {
      const answer = await subject.strangers.get(path)

      expect([answer.status, isOfNginx(answer)]).toEqual([404, false])
      expect(answer.body).toMatchObject({ status: 404, reason: 'NOT_FOUND' })
    },
  )

  test.each([
    ['/nowhere', 404],
    ['/polls/0/stream/more', 404],
    ['/polls/999999/results', 404],
    ['/POLLS', 404],
  ])('%s is answered %i by a service, as a problem', async (path, status) => {
    const answer = await subject.strangers.get(path)

    expect([answer.status, isOfNginx(answer)]).toEqual([status, false])
  })

  test.each(['/', '/health', '/main.js'])('%s is there', async (path) => {
    expect((await subject.strangers.get(path)).status).toBe(200)
  })
}
