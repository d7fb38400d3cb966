import type { Postgres } from '@votestream/postgres'
import type { PollStore, ThemeStore } from '../../domain/ports.js'
import { finishClose, putOffClose, startClose, startDueCloses } from './close-polls.js'
import { countPolls } from './count-polls.js'
import { findPolls } from './find-polls.js'
import { findThemes } from './find-themes.js'
import { findPollByKey, insertPoll } from './insert-poll.js'
import { listPolls } from './list-polls.js'

/** Polls in schema `polls`. */
export const postgresPollStore = (postgres: Postgres): PollStore => ({
  insert: (draft, key) => insertPoll(postgres, draft, key),
  findByKey: (key) => findPollByKey(postgres, key),
  findByIds: (ids) => findPolls(postgres, ids),
  list: (filter, limit) => listPolls(postgres, filter, limit),
  count: () => countPolls(postgres),
  startClose: (pollId, leaseMs) => startClose(postgres, pollId, leaseMs),
  startDueCloses: (limit, leaseMs) => startDueCloses(postgres, limit, leaseMs),
  finishClose: (pollId) => finishClose(postgres, pollId),
  putOffClose: (pollId, forMs) => putOffClose(postgres, pollId, forMs),
})

/** Themes in schema `polls`. */
export const postgresThemeStore = (postgres: Postgres): ThemeStore => ({
  findAll: () => findThemes(postgres),
})
