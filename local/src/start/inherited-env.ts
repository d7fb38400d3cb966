/**
 * What must not reach a process of the mesh: PG* steers every PostgreSQL client, npm's own variables are noise, and
 * Kafka and Redis belong to the other way to run.
 */
const LEFT_OUT = /^(PG[A-Z]|npm_|VOTESTREAM_|KAFKA_|REDIS_)/

/** The environment that the mesh's processes inherit: settings of the services among it, such as RATE_LIMIT_PER_MINUTE. */
export const inheritedEnv = (env: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !LEFT_OUT.test(name)))
