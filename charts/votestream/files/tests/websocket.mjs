import { randomUUID } from 'node:crypto'
import { castVote, check, eventually, gateway, run, testPoll } from './check.mjs'

/** The results documents of a stream, one after the other. */
const documents = (socket) => {
  const read = []
  const wanted = []
  socket.addEventListener('message', ({ data }) => {
    const document = JSON.parse(data)
    const want = wanted.shift()
    if (want) want(document)
    else read.push(document)
  })
  return () => (read.length > 0 ? read.shift() : new Promise((resolve) => wanted.push(resolve)))
}

const open = (url) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url)
    const next = documents(socket)
    socket.addEventListener('open', () => resolve({ socket, next }), { once: true })
    socket.addEventListener('error', () => reject(new Error(`${url} does not open`)), { once: true })
  })

await run(async () => {
  const poll = await testPoll()
  const { socket, next } = await eventually(() =>
    open(`${gateway.replace('http', 'ws')}/polls/${poll.id}/stream`),
  )
  const first = await next()
  check(first.poll_id === poll.id, `the stream of poll ${poll.id} begins at version ${first.version}`)

  await castVote(poll.id, randomUUID())
  for (let document = await next(); ; document = await next())
    if (document.total_votes > first.total_votes) {
      check(true, `a vote arrives in the stream, at version ${document.version}`)
      break
    }
  socket.close()

  const text = await eventually(async () => {
    const events = await fetch(`${gateway}/polls/${poll.id}/events`, { signal: AbortSignal.timeout(10_000) })
    if (events.status !== 200) throw new Error(`GET events: ${events.status} ${await events.text()}`)
    const { value } = await events.body.getReader().read()
    return new TextDecoder().decode(value)
  })
  check(text.includes('data:'), 'the same comes as Server-Sent Events')
})
