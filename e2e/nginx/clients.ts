import { Agent, request } from 'node:http'
import type { OutgoingHttpHeaders } from 'node:http'
import type { Rest, SendOptions, Answer } from '../client/rest.js'

/** Told by Nginx itself, and not by a gateway, whose faults are all problems. */
export const isOfNginx = ({ status, headers }: Answer): boolean =>
  status >= 400 && !String(headers['content-type']).startsWith('application/problem+json')

/** Nginx lost whoever should have answered. */
const LOST = [502, 504]

/** Clients that all have addresses of their own, told by a load balancer that Nginx trusts; what Nginx lost has no answer, as for any client. */
export const asStrangers = (rest: Rest): Rest => {
  const send = async (path: string, options: SendOptions = {}): Promise<Answer> => {
    const headers = { ...options.headers, 'x-forwarded-for': nextAddress() }
    const answer = await rest.send(path, { ...options, headers })
    if (LOST.includes(answer.status) && isOfNginx(answer)) throw new Error(`lost by Nginx: ${answer.status}`)
    return answer
  }
  return {
    url: rest.url,
    send,
    get: (path, headers = {}) => send(path, { headers }),
    post: (path, value, headers = {}) =>
      send(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(value),
      }),
    [Symbol.dispose]: () => rest[Symbol.dispose](),
  }
}

let addresses = 0

/** One of 198.18.0.0/15 (RFC 2544, for tests), each time another. */
export const nextAddress = (): string => {
  addresses += 1
  return `198.${18 + ((addresses >> 16) & 1)}.${(addresses >> 8) & 255}.${addresses & 255}`
}

/** Somebody who connects from an address of the loopback network, without anybody between. */
export interface Neighbour extends Disposable {
  get(path: string, headers?: OutgoingHttpHeaders): Promise<Answer>
}

/** Opens a client with an address of its own: 127.0.0.0/8 is all this machine's. */
export const openNeighbour = (url: string, localAddress: string): Neighbour => {
  const agent = new Agent({ keepAlive: true })
  return {
    get: (path, headers = {}) =>
      new Promise((resolve, reject) => {
        const call = request(`${url}${path}`, { agent, localAddress, headers })
        call.once('error', reject)
        call.once('response', (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (part: string) => (text += part))
          response.once('error', reject)
          response.once('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text, body: undefined }),
          )
        })
        call.end()
      }),
    [Symbol.dispose]: () => agent.destroy(),
  }
}
