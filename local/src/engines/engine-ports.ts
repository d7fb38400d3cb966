import { freePorts } from '../processes/free-ports.js'

/** An engine binds its port a while after it was chosen: until then the same one must not be chosen for another. */
const taken = new Set<number>()

/** Finds `count` free ports that this process has not chosen before. */
export async function enginePorts(count: number): Promise<number[]> {
  const free = await freePorts(count + taken.size)
  // Looked at after the wait, in one go: a second caller may have waited beside us.
  const chosen = free.filter((port) => !taken.has(port)).slice(0, count)
  for (const port of chosen) taken.add(port)
  return chosen.length === count ? chosen : [...chosen, ...(await enginePorts(count - chosen.length))]
}
