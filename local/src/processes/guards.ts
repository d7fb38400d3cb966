/** What run.json calls the engines' own processes. Each is run by a guard, which outlives the launcher by just long enough to stop it. */
export const ENGINES: readonly string[] = ['postgres', 'kafka', 'redis', 'prometheus']

/** The engine that the process of this name guards; undefined when it is no guard. */
export const engineOfGuard = (name: string): string | undefined =>
  ENGINES.find((engine) => name === `${engine}-guard`)
