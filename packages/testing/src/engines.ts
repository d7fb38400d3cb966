import { randomBytes } from 'node:crypto'

/** A server for all suites, and a prefix for keys and channels that nobody else uses. */
export interface TestRedis {
  readonly url: string
  readonly prefix: string
}

/** Gives the server of VOTESTREAM_TEST_REDIS (set by `npm test`, which throws it away at its end) and a fresh prefix. */
export const testRedis = (): TestRedis => ({
  url: given('VOTESTREAM_TEST_REDIS'),
  prefix: `test-${freshName()}:`,
})

/** Brokers for all suites, and the name of a topic that nobody else uses. */
export interface TestKafka {
  /** host:port, separated by commas. */
  readonly brokers: string
  /** Does not exist yet. */
  readonly topic: string
}

/** Gives the brokers of VOTESTREAM_TEST_KAFKA (set by `npm test`, which throws them away at its end) and a fresh topic name. */
export const testKafka = (): TestKafka => ({
  brokers: given('VOTESTREAM_TEST_KAFKA'),
  topic: `test-${freshName()}`,
})

/** Reads a variable that `npm test` sets for suites whose project needs it. */
export function given(name: string): string {
  const value = process.env[name] ?? ''
  if (value === '') throw new Error(`${name} is not set: run the tests by \`npm test\``)
  return value
}

const freshName = (): string => randomBytes(6).toString('hex')
