import { Problem } from './problem.js'

const POLL_ID = /^[1-9][0-9]{0,15}$/

/** A poll's id as it stands in the raw path; anything else is 404, and so is what no number can hold. */
export const readPollId = (segment: string): number => {
  const id = POLL_ID.test(segment) ? Number(segment) : NaN
  if (!Number.isSafeInteger(id)) throw new Problem(404, 'POLL_NOT_FOUND', 'There is no such poll.')
  return id
}
