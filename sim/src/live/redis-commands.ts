import { makeBackoff } from '@votestream/bus/backoff.js'
import type { Commands } from '@votestream/bus/redis/commands.js'
import type { SimProcess } from '../kernel/process.js'
import type { NewestArgument } from './newest-wins.js'
import type { RedisModel } from './redis-model.js'

/** As in redis/commands.ts. */
const COMMAND_TIMEOUT_MS = 800

/** Of the commands whose connection breaks before their answer, the library sends some once more. */
const SENT_AGAIN = 0.5

const NUMBERS_BEFORE_STATES = 1
const FIELDS_OF_A_STATE = 3

/** What a script call of `redisSender` says. */
const newestOf = (keyCount: number, rest: readonly (string | number)[]): NewestArgument[] =>
  rest.slice(0, keyCount).map((key, index) => {
    const from = keyCount + NUMBERS_BEFORE_STATES + index * FIELDS_OF_A_STATE
    const [version, asOfUs, state] = rest.slice(from, from + FIELDS_OF_A_STATE)
    return { key: String(key), version: Number(version), asOfUs: Number(asOfUs), state: String(state) }
  })

type FakeRedis = Parameters<Parameters<Commands['ask']>[0]>[0]

/** One connection to the server. */
interface Connection {
  broken: boolean
  readonly onCut: () => void
}

/** One process's connection for commands: timeouts, reconnections and half-done work as the library has them, and no socket. */
export class RedisCommands implements Commands {
  readonly #process: SimProcess
  readonly #redis: RedisModel
  readonly #backoff = makeBackoff()
  #connection: Connection | undefined
  #stopped = false
  attempted: Promise<void> = Promise.resolve()

  constructor(process: SimProcess, redis: RedisModel) {
    this.#process = process
    this.#redis = redis
  }

  get reachable(): boolean {
    return this.#connection !== undefined
  }

  start(): Promise<void> {
    this.attempted = this.#connect()
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#stopped = true
    if (this.#connection) this.#lose(this.#connection)
    return Promise.resolve()
  }

  ask<Answer>(question: (redis: FakeRedis) => Promise<Answer>): Promise<Answer> {
    return question(this.#fake() as unknown as FakeRedis)
  }

  /** The few calls of the library that sender.ts and view.ts make. */
  #fake() {
    const redis = this.#redis
    const ping = (): Promise<string> => this.#command(() => 'PONG')
    const mget = (...keys: string[]): Promise<unknown> => this.#command(() => redis.mget(keys))
    const pipeline = () => {
      const commands: (() => unknown)[] = []
      const add = (run: () => unknown): unknown => commands.push(run)
      return {
        get length() {
          return commands.length
        },
        publish: (channel: string, payload: string) => add(() => redis.publish(channel, payload)),
        publishNewest: (keyCount: number, ...rest: (string | number)[]) =>
          add(() => redis.publishNewest(newestOf(keyCount, rest))),
        publishConnections: (key: string, replica: string, count: number, message: string) =>
          add(() => redis.publishConnections(key, replica, count, message)),
        exec: () => this.#exec(commands),
      }
    }
    return { ping, mget, pipeline }
  }

  /** A pipeline never fails as a whole: each of its commands does. */
  #exec(commands: readonly (() => unknown)[]): Promise<[Error | null, unknown][]> {
    const runAll = (): [null, unknown][] => commands.map((run) => [null, run()])
    const done: Promise<[Error | null, unknown][]> = this.#command(runAll)
    return done.catch((error: unknown) => commands.map(() => [error as Error, undefined]))
  }

  #command<T>(run: () => T): Promise<T> {
    const connection = this.#connection
    if (connection === undefined) return Promise.reject(new Error("Stream isn't writeable"))
    return new Promise<T>((resolve, reject) => {
      const timer = this.#process.clock.setTimeout(() => {
        this.#lose(connection)
        reject(new Error('Command timed out'))
      }, COMMAND_TIMEOUT_MS)
      const answered = this.#sendTwice(connection, run).finally(() => timer.cancel())
      answered.then(resolve, reject)
    })
  }

  /** What was lost with its connection is sometimes sent once more, over the same or the next one. */
  async #sendTwice<T>(connection: Connection, run: () => T): Promise<T> {
    try {
      return await this.#send(connection, run)
    } catch (error) {
      if (!this.#redis.random.chance(SENT_AGAIN)) throw error
      return this.#send(this.#connection ?? connection, run)
    }
  }

  async #send<T>(connection: Connection, run: () => T): Promise<T> {
    const lost = (): Error => {
      this.#lose(connection)
      return new Error('Connection is closed.')
    }
    const effect = (): { answer: Promise<T> } => ({ answer: this.#perform(connection, run) })
    const { answer } = await this.#process.exchange('redis: command', effect, lost)
    if (connection.broken) throw lost()
    return answer
  }

  /** A frozen server does it when it thaws, whether anybody still waits or not. */
  #perform<T>(connection: Connection, run: () => T): Promise<T> {
    const back = (settle: () => void): void => void this.#process.deliver(0, 'redis', settle)
    const answer = new Promise<T>((resolve, reject) => {
      if (this.#redis.up && !this.#redis.frozen) resolve(run())
      else
        this.#redis.perform(
          connection,
          () => {
            const result = run()
            back(() => resolve(result))
          },
          (error) => back(() => reject(error)),
        )
    })
    answer.catch(() => undefined) // nobody hears it when the process dies first
    return answer
  }

  async #connect(): Promise<void> {
    const connection: Connection = {
      broken: false,
      onCut: () => void this.#process.deliver(0, 'redis cut', () => this.#lose(connection)),
    }
    const effect = (): void => this.#redis.connect(connection)
    try {
      await this.#process.exchange('redis: connect', effect, () => new Error('connect ETIMEDOUT'))
    } catch {
      connection.broken = true
    }
    if (connection.broken) {
      this.#connectLater()
      return
    }
    this.#connection = connection
    this.#backoff.succeed()
  }

  #connectLater(): void {
    if (!this.#stopped) this.#process.clock.setTimeout(() => void this.#connect(), this.#backoff.fail())
  }

  #lose(connection: Connection): void {
    connection.broken = true
    this.#redis.disconnect(connection)
    if (this.#connection !== connection) return
    this.#connection = undefined
    this.#connectLater()
  }
}
