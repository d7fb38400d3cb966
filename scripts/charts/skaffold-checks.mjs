import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { root } from '../paths.mjs'
import { succeed } from './run.mjs'
import { tool, toolIfThere, toolsFolder } from './tools.mjs'
import { Unavailable } from './unavailable.mjs'

const COMPONENTS = ['gateway', 'polls', 'votes', 'realtime', 'migrations']
const PROFILES = ['dev', 'ci']
const TAG = 'registry.example.com/team/votestream'

/** Whether skaffold understands skaffold.yaml, and puts every image that it builds where the chart wants it. */
export const skaffoldChecks = [
  { name: 'skaffold diagnose', optional: true, run: () => forProfiles(diagnose) },
  { name: 'skaffold render', optional: true, run: () => forProfiles(render) },
]

async function forProfiles(check) {
  const skaffold = toolIfThere('skaffold')
  if (!skaffold) throw new Unavailable('skaffold is not there: node scripts/chart-tools.mjs skaffold')
  for (const name of ['helm', 'kustomize']) await tool(name)
  const path = [toolsFolder(), process.env.PATH].join(delimiter)
  const env = { ...process.env, PATH: path, SKAFFOLD_UPDATE_CHECK: 'false', SKAFFOLD_INTERACTIVE: 'false' }
  for (const profile of PROFILES) await check((args) => succeed(skaffold, args, { cwd: root, env }), profile)
}

async function diagnose(skaffold, profile) {
  const told = await skaffold(['diagnose', '--yaml-only', '--profile', profile])
  for (const component of COMPONENTS)
    if (!told.includes(`image: votestream/${component}\n`))
      throw new Error(`profile ${profile} builds no votestream/${component}`)
}

/** A value that skaffold does not know by its name comes out empty, without a word: so the images are looked at. */
async function render(skaffold, profile) {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-skaffold-'))
  try {
    const artifacts = join(folder, 'artifacts.json')
    const builds = COMPONENTS.map((name) => ({ imageName: `votestream/${name}`, tag: `${TAG}/${name}:seen` }))
    writeFileSync(artifacts, JSON.stringify({ builds }))
    const options = ['--offline=true', '--digest-source=tag', '--build-artifacts', artifacts]
    const rendered = await skaffold(['render', '--profile', profile, ...options])
    const images = [...rendered.matchAll(/^\s*(?:- )?image: "?([^"\n]+)"?$/gm)].map(([, image]) => image)
    for (const component of COMPONENTS)
      if (!images.includes(`${TAG}/${component}:seen`))
        throw new Error(`profile ${profile} deploys no ${component} that it built, but ${images.join(', ')}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
