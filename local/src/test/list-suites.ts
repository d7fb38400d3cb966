import { spawnSync } from 'node:child_process'
import { inRepository } from '../repository.js'
import { jestProgram } from './jest-program.js'
import { projectsOf, projectsOfFile, type Project } from './projects.js'

/**
 * Counts the suites that jest's arguments select, by project, in the projects' order; jest takes half a second to tell. It
 * counts all of a project when only what changed is watched: anything may change.
 */
export function listSuites(args: readonly string[], env: NodeJS.ProcessEnv): ReadonlyMap<Project, number> {
  const selection = args.filter((arg) => !arg.startsWith('--watch'))
  const { stdout } = spawnSync(process.execPath, [jestProgram(), '--listTests', '--json', ...selection], {
    cwd: inRepository(''),
    env,
    encoding: 'utf8',
    maxBuffer: Number.POSITIVE_INFINITY,
  })
  const suites = readList(stdout).flatMap((path) => projectsOfFile(path))
  const counts = projectsOf(env).map(
    (project) => [project, suites.filter(({ name }) => name === project.name).length] as const,
  )
  return new Map(counts.filter(([, count]) => count > 0))
}

/** What is no list, for example jest's help, selects no suite. */
function readList(stdout: string): string[] {
  try {
    const list: unknown = JSON.parse(stdout)
    return Array.isArray(list) ? list.map(String) : []
  } catch {
    return []
  }
}
