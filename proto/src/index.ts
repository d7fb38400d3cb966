import type { MessageTypeDefinition, ServiceDefinition } from '@grpc/proto-loader'
import { loadSync } from '@grpc/proto-loader'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type {
  Record as LogRecord,
  Record__Output as LogRecordOutput,
} from '../gen/votestream/events/v1/Record.js'
import type { PollsServiceDefinition } from '../gen/votestream/polls/v1/PollsService.js'
import type { VotesServiceDefinition } from '../gen/votestream/votes/v1/VotesService.js'

export type { Genesis__Output as Genesis } from '../gen/votestream/events/v1/Genesis.js'
export type { PollClosed__Output as PollClosed } from '../gen/votestream/events/v1/PollClosed.js'
export type { VoteCast__Output as VoteCast } from '../gen/votestream/events/v1/VoteCast.js'
export type { Poll, Poll__Output } from '../gen/votestream/polls/v1/Poll.js'
export type { PollStatus as ProtoPollStatus } from '../gen/votestream/polls/v1/PollStatus.js'
export type { Theme, Theme__Output } from '../gen/votestream/polls/v1/Theme.js'
export type { Ballot, Ballot__Output } from '../gen/votestream/votes/v1/Ballot.js'
export type { Outcome, Outcome__Output } from '../gen/votestream/votes/v1/Outcome.js'
export type { OutcomeStatus } from '../gen/votestream/votes/v1/OutcomeStatus.js'
export type { PollResults, PollResults__Output } from '../gen/votestream/votes/v1/PollResults.js'
export type { LogRecord, LogRecordOutput, PollsServiceDefinition, VotesServiceDefinition }

/** The folder that holds votestream/; it lies above both src/ (tests) and dist/src/ (builds). */
const protoRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'votestream'))) folder = dirname(folder)
  return folder
}

// The same options as generate.mjs gives to the type generator. A version stays below 2^53 up to epoch 8191, hence Number.
const definitions = loadSync(
  ['polls', 'votes', 'events'].map((name) => `votestream/${name}/v1/${name}.proto`),
  { includeDirs: [protoRoot()], longs: Number, enums: String, defaults: true, oneofs: true },
)

const service = (name: string): ServiceDefinition => definitions[name] as ServiceDefinition

export const pollsServiceName = 'votestream.polls.v1.PollsService'
export const votesServiceName = 'votestream.votes.v1.VotesService'
export const pollsService = service(pollsServiceName) as unknown as PollsServiceDefinition
export const votesService = service(votesServiceName) as unknown as VotesServiceDefinition

/** Encodes and decodes votestream.events.v1.Record, the value of every record in the log. */
export const logRecords = definitions['votestream.events.v1.Record'] as MessageTypeDefinition<
  LogRecord,
  LogRecordOutput
>
