/** What is provisioned. jars.sha256 beside this file belongs to it: `npm test` compares the two. */
export const KAFKA_VERSION = '4.4.0'

/** Older brokers know other settings; they are passed over where a machine has one. */
export const OLDEST_KAFKA = 4

/** The version that the core's jar among these is named after; undefined when there is none. */
export const versionOfJars = (jars: readonly string[]): string | undefined =>
  jars
    .map((jar) => /^kafka_[\d.]+-(\d+\.[\w.-]*\w)\.jar$/.exec(jar)?.[1])
    .find((version) => version !== undefined)
