/** What looking for an engine and getting one needs of its surroundings. */
export interface EngineContext {
  readonly env: NodeJS.ProcessEnv
  /** Hears, in words, of steps that take long and of what was found. */
  readonly progress?: ((text: string) => void) | undefined
  /** Aborts downloads and starts. */
  readonly signal?: AbortSignal | undefined
}
