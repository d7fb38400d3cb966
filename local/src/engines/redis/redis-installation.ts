/** A server that speaks Redis's protocol and can be run here: Valkey or Redis. */
export interface RedisInstallation {
  /** Where it is from, for people. */
  readonly origin: string
  readonly version: string
  readonly program: string
}

/** The version in what `--version` says: `Valkey server v=9.1.2 sha=...`, `Redis server v=7.0.15 sha=...`. */
export const versionOfServer = (said: string): string | undefined =>
  /\bserver v=(\d+\.\d+\.\d+)/.exec(said)?.[1]
