/** What a supervised service tells its supervisor once it serves. */
export interface ServingMessage {
  readonly type: 'serving'
  readonly ports: Readonly<Record<string, number>>
}

/** Tells the supervisor, when there is one, which ports were bound. */
export const announce = (ports: Readonly<Record<string, number>>): void => {
  const message: ServingMessage = { type: 'serving', ports }
  // A supervisor that died meanwhile is noticed by its 'disconnect', not by this send.
  process.send?.(message, undefined, undefined, () => undefined)
}
