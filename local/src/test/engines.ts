/** What suites may need beyond Node: a project of jest.config.mjs for each. */
export const ENGINES = ['unit', 'postgres', 'mesh'] as const
export type Engine = (typeof ENGINES)[number]

/** A mesh brings a PostgreSQL of its own, by the same means. */
export const NEED_POSTGRES: readonly Engine[] = ['postgres', 'mesh']
