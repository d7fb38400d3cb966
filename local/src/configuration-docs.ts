import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describeSettings } from '@votestream/runtime'
import { z } from 'zod'
import { configurationPage, type SettingsChapter } from './docs/configuration-page.js'
import { inRepository, repository } from './repository.js'
import { settings as launcherSettings } from './start/settings.js'
import { settings as testSettings } from './test/settings.js'

// Writes docs/configuration.md, or the file that is given as argument, from the schemas that the programs themselves read.

const SERVICES = ['gateway', 'polls', 'votes', 'realtime'] as const

const MIGRATIONS_INTRO =
  'The program that brings PostgreSQL to where the services expect it: a Job on Kubernetes. It ends with 0 when that is done, with 1 when it could not be done.'

const configModule = z.object({ settings: z.instanceof(z.ZodObject) })

/** The schema of a built program, by its folder: `local` runs programs, it does not import their code. */
async function settingsIn(folder: string): Promise<z.ZodObject> {
  const file = new URL(`../../${folder}/dist/config.js`, import.meta.url)
  return configModule.parse(await import(file.href)).settings
}

const chapters: SettingsChapter[] = [
  {
    title: 'npm start',
    intro:
      "The launcher of each way to run. It hands the services' variables on and sets their addresses and ports itself.",
    settings: describeSettings(launcherSettings),
  },
]
for (const service of SERVICES) {
  const found = await settingsIn(`services/${service}`)
  chapters.push({ title: service, intro: '', settings: describeSettings(found) })
}
chapters.push({
  title: 'migrations',
  intro: MIGRATIONS_INTRO,
  settings: describeSettings(await settingsIn('migrations')),
})

chapters.push({
  title: 'npm test',
  intro: 'It sets VOTESTREAM_TEST_POSTGRES for the suites: the URL of a PostgreSQL that it starts for them.',
  settings: describeSettings(testSettings),
})

const [target = inRepository('docs/configuration.md')] = process.argv.slice(2)
writeFileSync(resolve(target), configurationPage(chapters, repository))
