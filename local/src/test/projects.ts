import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { inRepository, repository } from '../repository.js'

/**
 * What suites may need beyond Node. A server is one for all suites of the run; an installation is for suites that start
 * servers of their own, and must be there before: a download would eat a test's time. The last ones are programs that
 * suites start themselves, and a cluster to use them on.
 */
const need = z.enum([
  ...(['postgres', 'redis', 'kafka', 'redis installation', 'kafka installation'] as const),
  ...(['nginx', 'prometheus', 'python', 'kubernetes'] as const),
])
export type Need = z.output<typeof need>

const project = z.object({
  /** The displayName of a project of jest.config.mjs, which reads the same list. */
  name: z.string(),
  /** Matches the paths of its suites, from the repository's root on. */
  suites: z.string().transform((pattern) => new RegExp(`^${pattern}$`)),
  needs: z.array(need),
  /** The variable without which it is not run: it takes long, or touches what is not ours (`npm run nightly`, `npm run e2e:cluster`). */
  onlyWith: z.string().optional(),
})
export type Project = Readonly<z.output<typeof project>>

/** Every kind of suite, by what it needs. */
export const projects: readonly Project[] = z
  .array(project)
  .parse(JSON.parse(readFileSync(inRepository('local/jest/projects.json'), 'utf8')))

/** The projects of one run. */
export const projectsOf = (env: NodeJS.ProcessEnv): readonly Project[] =>
  projects.filter(({ onlyWith }) => onlyWith === undefined || Boolean(env[onlyWith]))

/** The projects to which a file belongs: one, or none when it is no suite. */
export function projectsOfFile(path: string): readonly Project[] {
  const local = path.startsWith(repository) ? path.slice(repository.length) : path
  return projects.filter(({ suites }) => suites.test(local))
}
