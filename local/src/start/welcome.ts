export interface FirstPoll {
  readonly id: number
}

/** What to show when the mesh is up: the address, and three commands that work right now, in this order. */
export function welcome(url: string, newest: FirstPoll | undefined): string {
  return [
    '',
    `VoteStream is ready: ${url}`,
    '',
    'Try it:',
    ...commands(url, newest).map((command) => `  ${command}`),
    '',
    'Ctrl-C stops everything; pressed twice within 2 s, at once.',
    '',
  ].join('\n')
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
