/** How a stream ends when this service ends it (RFC 6455 and IANA's registry); PROTOCOL.md says what a client should do. */
export const closeCode = {
  /** What the client sends is against the rules. */
  policy: 1008,
  /** This replica restarts: come back after a random 0 to 5 s. */
  restart: 1012,
  /** The client reads too slowly: come back later. */
  overloaded: 1013,
} as const

export type CloseCode = (typeof closeCode)[keyof typeof closeCode]
