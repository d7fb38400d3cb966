import { aPoll, createPoll } from '../client/polls.js'
import { openRest, openRests, type Rest } from '../client/rest.js'
import { portsOf, urlsOf } from '../run-record.js'
import { startDoubleVoters } from './double-voters.js'
import type { History } from './history.js'
import type { Clients, Load } from './load.js'
import { observe, type Observer } from './observers.js'
import { makePulse } from './pulse.js'
import { seededRandom } from './random.js'
import { startReaders } from './readers.js'
import { recentVotes } from './recent-votes.js'
import { makeTally } from './tally.js'
import { startVoters } from './voters.js'

/** The clients of a mesh, all at work. */
export interface Stage extends AsyncDisposable, Clients {
  readonly load: Load
  readonly gateways: readonly Rest[]
  /** All of them, limited or not. */
  readonly polls: readonly number[]
  readonly observers: readonly Observer[]
}

const POLLS = 8
const LIMITED_POLLS = 2
export const OPTIONS = ['a', 'b', 'c', 'd']
const OBSERVERS = 100

/** Creates the polls, and lets voters vote, readers read and observers watch; `finish()` ends the voters and readers, disposing of it the rest. */
export const openStage = async (runFolder: string, history: History, seed: number): Promise<Stage> => {
  const urls = await urlsOf(runFolder, 'gateway')
  const [gateways, rest] = [urls.map(openRest), openRests(urls)]
  const create = (count: number): Promise<readonly number[]> =>
    Promise.all(
      Array.from({ length: count }, async () => (await createPoll(rest, aPoll({ options: OPTIONS }))).id),
    )
  const load: Load = {
    ...{ rest, history, random: seededRandom(seed), options: OPTIONS.length },
    ...{ tally: makeTally(), pulse: makePulse(), recent: recentVotes() },
    ...{ polls: await create(POLLS), limited: await create(LIMITED_POLLS) },
  }
  const polls = [...load.polls, ...load.limited]
  const observers = watchAll(runFolder, load, polls)
  const votes = Object.entries(await portsOf(runFolder)).filter(([name]) => /^votes(-\d)?$/.test(name))
  const addresses = votes.map(([, port]) => `127.0.0.1:${port}`)
  const clients = [startVoters(load), startDoubleVoters(load, addresses), startReaders(load)]
  const finish = async (): Promise<void> => {
    await Promise.all(clients.map((each) => each.finish()))
  }
  return {
    ...{ load, gateways, polls, observers, finish },
    async [Symbol.asyncDispose]() {
      await Promise.all([finish(), ...observers.map((each) => each.finish())])
      for (const each of [...gateways, rest]) each[Symbol.dispose]()
    },
  }
}

/** Every poll at each realtime, past the gateways and through them. */
const watchAll = (
  runFolder: string,
  { history, random }: Load,
  polls: readonly number[],
): readonly Observer[] =>
  Array.from({ length: OBSERVERS }, (_, index) =>
    observe({
      ...{ name: `observer-${index + 1}`, poll: polls[index % polls.length] ?? 0, history, random },
      url: async () => {
        const urls = [...(await urlsOf(runFolder, 'realtime')), ...(await urlsOf(runFolder, 'gateway'))]
        return urls[Math.floor(index / polls.length) % urls.length] ?? ''
      },
    }),
  )
