/** What must not reach a process of the mesh: PG* steers every PostgreSQL client, npm's own variables are noise. */
const LEFT_OUT = /^(PG[A-Z]|npm_|VOTESTREAM_)/
/** Kafka and Redis belong to the full way to run. */
const OF_ENGINES = /^(KAFKA|REDIS)_/

/** The environment that the mesh's processes inherit: settings of the services among it, such as RATE_LIMIT_PER_MINUTE. */
export const inheritedEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  only(env, (name) => !LEFT_OUT.test(name) && !OF_ENGINES.test(name))

/** The settings of one engine's clients, such as REDIS_PREFIX: for those services that speak to it. */
export const engineEnv = (env: NodeJS.ProcessEnv, engine: 'KAFKA' | 'REDIS'): NodeJS.ProcessEnv =>
  only(env, (name) => name.startsWith(`${engine}_`))

const only = (env: NodeJS.ProcessEnv, wanted: (name: string) => boolean): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => wanted(name)))
