/** The documents of the public contract, as a client reads them. */
export interface Poll {
  readonly id: number
  readonly question: string
  readonly theme: string | null
  readonly status: 'open' | 'closing' | 'closed'
  readonly options: readonly { readonly index: number; readonly text: string }[]
  readonly created_at: string
  readonly opens_at?: string
  readonly closes_at?: string
  readonly closed_at?: string
}

export interface Results {
  readonly poll_id: number
  readonly status: Poll['status']
  readonly version: number
  readonly total_votes: number
  readonly options: readonly { readonly index: number; readonly text: string; readonly votes: number }[]
  readonly as_of: string
  readonly stale: boolean
  readonly final: boolean
}

export interface CountedVote {
  readonly status: 'ok'
  readonly vote_id: string
  readonly poll_id: number
  readonly choice: number
  readonly version: number
}

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly reason: string
  readonly request_id: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

export interface Health {
  readonly status: 'ok' | 'degraded' | 'down'
  readonly database: boolean | null
  readonly redis: boolean | null
  readonly kafka: boolean | null
  readonly active_connections: number
}
