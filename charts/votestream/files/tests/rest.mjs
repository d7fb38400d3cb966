import { call, check, eventually, gateway, run, testPoll } from './check.mjs'

await run(async () => {
  const health = await eventually(async () => {
    const answer = await call('/health')
    if (answer.status !== 200) throw new Error(`GET /health: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer
  })
  check(['ok', 'degraded'].includes(health.body.status), `health is ${health.body.status}`)
  for (const engine of ['database', 'redis', 'kafka']) check(health.body[engine] === true, `${engine} is up`)

  const poll = await testPoll()
  const read = await call(`/polls/${poll.id}`)
  check(read.status === 200 && read.body.question === poll.question, `poll ${poll.id} can be read`)
  const list = await call('/polls?limit=1')
  check(list.status === 200 && Array.isArray(list.body), 'polls can be listed')

  const missing = await call('/polls/999999999999')
  check(missing.status === 404 && missing.body.reason === 'POLL_NOT_FOUND', 'an unknown poll is 404')
  check(missing.headers.get('content-type')?.startsWith('application/problem+json'), 'an error is a problem')

  const page = await fetch(gateway, { signal: AbortSignal.timeout(10_000) })
  check(page.ok && (await page.text()).includes('<html'), 'the page is served')
})
