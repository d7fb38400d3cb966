import type { Postgres } from '@votestream/postgres'
import type { PollStore, ThemeStore } from '../../domain/ports.js'
import { countPolls } from './count-polls.js'
import { findPolls } from './find-polls.js'
import { findThemes } from './find-themes.js'
import { insertPoll } from './insert-poll.js'
import { listPolls } from './list-polls.js'

/** Polls in schema `polls`. */
export const postgresPollStore = (postgres: Postgres): PollStore => ({
  insert: (draft, key) => insertPoll(postgres, draft, key),
  findByIds: (ids) => findPolls(postgres, ids),
  list: (filter, limit) => listPolls(postgres, filter, limit),
  count: () => countPolls(postgres),
})

/** Themes in schema `polls`. */
export const postgresThemeStore = (postgres: Postgres): ThemeStore => ({
  findAll: () => findThemes(postgres),
})
