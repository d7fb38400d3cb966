import type { SettingDescription } from '@votestream/runtime'

export interface SettingsChapter {
  readonly title: string
  readonly intro: string
  readonly settings: readonly SettingDescription[]
}

const HEADER = `<!-- Generated from the schemas by \`npm run generate\`: change those. -->

# Configuration

Every setting is an environment variable, read once at the start. A variable that is empty counts as not set. A process with a
bad setting ends at once with exit code 78 and one message that lists every bad variable.`

/**
 * Renders docs/configuration.md: a chapter for each program, a row for each variable. Defaults below `repository`, the
 * clone's own path, are shown from there on: the page is the same wherever it is made.
 */
export const configurationPage = (chapters: readonly SettingsChapter[], repository: string): string =>
  [HEADER, ...chapters.map((chapter) => renderChapter(chapter, repository))].join('\n\n') + '\n'

function renderChapter({ title, intro, settings }: SettingsChapter, repository: string): string {
  const rows = settings.map((setting) =>
    row(`\`${setting.name}\``, defaultOf(setting, repository), formatOf(setting), setting.description),
  )
  const table = [row('Variable', 'Default', 'Value', 'Meaning'), '|---|---|---|---|', ...rows].join('\n')
  return [`## ${title}`, intro, table].filter((part) => part !== '').join('\n\n')
}

function defaultOf(setting: SettingDescription, repository: string): string {
  if (setting.required) return 'required'
  const value = setting.default?.replaceAll(repository, '')
  return value === undefined || value === '' ? 'none' : `\`${value}\``
}

const formatOf = ({ format, secret }: SettingDescription): string =>
  secret ? `${format}; a secret, never shown` : format

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
