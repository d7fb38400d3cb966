import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { labelOf, messageReader, pidOf, stateOf, tagOf, type WireMessage } from './pg-wire.js'

/** What the server said to one statement. */
export interface Answer {
  readonly label: string
  /** COMMIT, INSERT 0 1; empty after an error. */
  readonly tag: string
  /** The SQLSTATE of an error. */
  readonly state: string | undefined
}

const LOOPBACK = '127.0.0.1'

/**
 * The way of one session to PostgreSQL: a loopback port that a pool of one connection is given. While the gate is closed every statement, BEGIN
 * and COMMIT too, waits in it until it is let go.
 */
export class Gate implements AsyncDisposable {
  /** True: everything passes. */
  isOpen = true
  /** Called whenever a statement arrives, is answered, or the connection breaks. */
  onChange: () => void = () => undefined
  /** Called when the server has answered, before the client hears it. */
  onAnswer: (answer: Answer) => void = () => undefined
  readonly #server: Server
  readonly #target: URL
  #connection: Connection | undefined

  private constructor(url: string) {
    this.#target = new URL(url)
    this.#server = createServer((near) => {
      const far = connect({ host: this.#target.hostname, port: Number(this.#target.port), noDelay: true })
      this.#connection = new Connection(this, near.setNoDelay(true), far)
    })
  }

  /** Opens a gate to the server of `url`: TCP without TLS. */
  static async to(url: string): Promise<Gate> {
    const gate = new Gate(url)
    gate.#server.listen(0, LOOPBACK)
    await once(gate.#server, 'listening')
    return gate
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo
    return Object.assign(new URL(this.#target), { host: `${LOOPBACK}:${port}` }).href
  }

  /** The label of the statement that waits here. */
  get held(): string | undefined {
    return this.#connection?.held?.label
  }

  /** The label of the statement that the server works at. */
  get sent(): string | undefined {
    return this.#connection?.sent
  }

  /** The server's process. */
  get pid(): number {
    return this.#connection?.pid ?? 0
  }

  /** Lets the waiting statement go. When its answer is lost, the connection breaks instead of passing it on. */
  letGo(answer: 'told' | 'lost'): void {
    this.#connection?.letGo(answer)
  }

  /** Breaks the connection; the statement that waits is never sent. */
  cut(): void {
    this.#connection?.cut()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.cut()
    await closed
  }
}

interface HeldStatement {
  readonly label: string
  readonly bytes: Buffer
}

/** One connection through a gate. */
class Connection {
  held: HeldStatement | undefined
  sent: string | undefined
  pid = 0
  readonly #gate: Gate
  readonly #near: Socket
  readonly #far: Socket
  #gathered: WireMessage[] = []
  #losesAnswer = false
  readonly #answer: Buffer[] = []
  #tag = ''
  #state: string | undefined

  constructor(gate: Gate, near: Socket, far: Socket) {
    this.#gate = gate
    this.#near = near
    this.#far = far
    const [fromClient, fromServer] = [messageReader(true), messageReader(false)]
    near.on('data', (chunk: Buffer) => fromClient(chunk).forEach((message) => this.#clientSaid(message)))
    far.on('data', (chunk: Buffer) => fromServer(chunk).forEach((message) => this.#serverSaid(message)))
    for (const socket of [near, far]) {
      socket.on('error', () => undefined) // `close` follows
      socket.on('close', () => this.#ended())
    }
  }

  letGo(answer: 'told' | 'lost'): void {
    if (!this.held) throw new Error('no statement waits at the gate')
    this.#losesAnswer = answer === 'lost'
    this.sent = this.held.label
    this.#far.write(this.held.bytes)
    this.held = undefined
  }

  cut(): void {
    this.held = undefined
    this.sent = undefined
    this.#near.destroy()
    this.#far.destroy()
  }

  /** A statement is whole with its Query or its Sync; what is neither part of one nor the start waits for nobody. */
  #clientSaid(message: WireMessage): void {
    if (['', 'p', 'X'].includes(message.type)) return void this.#far.write(message.bytes)
    this.#gathered.push(message)
    if (!['Q', 'S'].includes(message.type)) return
    const bytes = Buffer.concat(this.#gathered.map((each) => each.bytes))
    if (this.#gate.isOpen) this.#far.write(bytes)
    else this.held = { label: labelOf(this.#gathered), bytes }
    this.#gathered = []
    this.#gate.onChange()
  }

  #serverSaid(message: WireMessage): void {
    if (message.type === 'K') this.pid = pidOf(message)
    if (message.type === 'C') this.#tag = tagOf(message)
    if (message.type === 'E') this.#state = stateOf(message)
    if (this.sent === undefined) return void this.#near.write(message.bytes)
    this.#answer.push(message.bytes)
    if (message.type !== 'Z') return
    this.#answered()
    this.#passAnswer()
  }

  /** The client hears an error only when the server has rolled back, which is after it told the error. */
  #passAnswer(): void {
    if (this.#losesAnswer) this.cut()
    else this.#near.write(Buffer.concat(this.#answer.splice(0)))
  }

  #answered(): void {
    const label = this.sent ?? ''
    const answer = { tag: this.#tag, state: this.#state }
    this.sent = undefined
    this.#tag = ''
    this.#state = undefined
    this.#gate.onAnswer({ label, ...answer })
    this.#gate.onChange()
  }

  /** What the server said last still reaches the client. */
  #ended(): void {
    this.held = undefined
    this.sent = undefined
    if (this.#answer.length > 0) this.#passAnswer()
    this.#near.end()
    this.#far.end()
    this.#gate.onChange()
  }
}
