export interface FirstPoll {
  readonly id: number
}

/** Something else that answers, and what is to be seen there. */
export interface Place {
  readonly name: string
  readonly address: string
  readonly what: string
}

export interface Welcome {
  /** The public address. */
  readonly url: string
  readonly newest: FirstPoll | undefined
  readonly places: readonly Place[]
}

/** What to show when the mesh is up: the address, and three commands that work right now, in this order. */
export function welcome({ url, newest, places }: Welcome): string {
  return [
    '',
    `VoteStream is ready: ${url}`,
    '',
    'Try it:',
    ...commands(url, newest).map((command) => `  ${command}`),
    '',
    ...(places.length === 0 ? [] : ['Look behind it:', ...table(places), '']),
    'Ctrl-C stops everything; pressed twice within 2 s, at once.',
    '',
  ].join('\n')
}

function table(places: readonly Place[]): string[] {
  const width = (column: 'name' | 'address'): number =>
    Math.max(...places.map((place) => place[column].length))
  const [names, addresses] = [width('name'), width('address')]
  return places.map(
    ({ name, address, what }) => `  ${name.padEnd(names)}  ${address.padEnd(addresses)}  ${what}`,
  )
}

function commands(url: string, newest: FirstPoll | undefined): string[] {
  const json = "-H 'content-type: application/json'"
  const question = '{"question":"Tabs or spaces?","options":[{"text":"Tabs"},{"text":"Spaces"}]}'
  // Nothing deletes polls: where there is none, the first one gets the first id.
  const id = newest?.id ?? 1
  return [
    newest === undefined ? `curl ${url}/polls ${json} -d '${question}'` : `curl ${url}/polls/${id}`,
    `curl ${url}/polls/${id}/vote ${json} -d '{"choice":0}'`,
    `curl ${url}/polls/${id}/results`,
  ]
}
