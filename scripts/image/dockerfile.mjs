import { posix } from 'node:path'
import { expectedError } from '../run.mjs'

/** An image from a registry is named with its exact version: a moving tag gives another image tomorrow. */
const EXACT_IMAGE = /^(?<name>[a-z][\w./-]*):(?<version>\d+\.\d+\.\d+)(?<variant>-\w+)?$/

/** By number: names are known only inside. */
const USER = /^[1-9]\d*:[1-9]\d*$/

const EMPTY_CONFIG = { env: {}, labels: {}, workdir: '/', user: '', cmd: [], ports: [] }

/**
 * Reads a Dockerfile into its stages, in order: each with what it starts from, its steps (`folder`, `copy`, `run`) and
 * the settings of its image, and what is not root's (`owned`: all at and below a path). Knows the instructions that this repository uses; any other is an error with its line.
 */
export function parseDockerfile(text, buildArguments = {}) {
  const stages = []
  for (const { keyword, rest, line } of instructions(text)) {
    const stage = stages.at(-1)
    const fail = (why) => expectedError(`Dockerfile:${line}: ${why}: ${keyword} ${rest}`)
    if (keyword === 'FROM') stages.push(startStage(rest, stages, fail))
    else if (!stage) throw fail('there is no FROM before it')
    else if (!Object.hasOwn(HANDLERS, keyword)) throw fail('this instruction is not understood here')
    else HANDLERS[keyword](stage, rest, fail, { buildArguments, stages })
  }
  return stages
}

/** One entry for each instruction: comments are left out and continued lines are joined. */
function instructions(text) {
  const found = []
  let open
  for (const [index, raw] of text.split('\n').entries()) {
    if (raw.trim() === '' || raw.trim().startsWith('#')) continue
    open ??= { line: index + 1, parts: [] }
    open.parts.push(raw.trim().replace(/\\$/, '').trim())
    if (raw.trimEnd().endsWith('\\')) continue
    const [keyword, ...rest] = open.parts.join(' ').split(/\s+/)
    found.push({ keyword: keyword.toUpperCase(), rest: rest.join(' '), line: open.line })
    open = undefined
  }
  return found
}

function startStage(rest, stages, fail) {
  const match = /^(?<from>\S+) AS (?<name>[a-z][a-z0-9-]*)$/.exec(rest)
  if (!match) throw fail('expected FROM IMAGE AS NAME')
  const { from, name } = match.groups
  if (stages.some((stage) => stage.name === name)) throw fail('the name is taken')
  const parent = stages.find((stage) => stage.name === from)
  const image = EXACT_IMAGE.exec(from)?.groups
  if (!parent && !image) throw fail('neither an earlier stage nor an image with an exact version')
  return {
    name,
    parent: parent?.name,
    image: parent ? parent.image : { ...image, reference: from },
    config: structuredClone(parent?.config ?? EMPTY_CONFIG),
    variables: { ...parent?.config.env },
    owned: [...(parent?.owned ?? [])],
    steps: [],
  }
}

const HANDLERS = {
  ARG(stage, rest, fail, { buildArguments }) {
    const match = /^(?<name>\w+)(=(?<value>\S*))?$/.exec(rest)
    if (!match) throw fail('expected NAME or NAME=VALUE')
    const { name, value } = match.groups
    stage.variables[name] = buildArguments[name] ?? value ?? ''
  },
  ENV(stage, rest, fail) {
    Object.assign(stage.config.env, pairs(stage, rest, fail))
    Object.assign(stage.variables, stage.config.env)
  },
  LABEL: (stage, rest, fail) => void Object.assign(stage.config.labels, pairs(stage, rest, fail)),
  WORKDIR(stage, rest, fail) {
    const path = substitute(stage, rest, fail)
    if (!path.startsWith('/')) throw fail('a folder is named in full')
    stage.config.workdir = path
    stage.steps.push({ kind: 'folder', path })
  },
  COPY(stage, rest, fail, { stages }) {
    const words = substitute(stage, rest, fail).split(' ')
    const flags = Object.fromEntries(
      words.filter((word) => word.startsWith('--')).map((word) => word.slice('--'.length).split('=')),
    )
    const { from, chown, ...others } = flags
    if (Object.keys(others).length > 0)
      throw fail('the flags that are understood here are --from and --chown')
    if (from !== undefined && !stages.slice(0, -1).some(({ name }) => name === from))
      throw fail('not an earlier stage')
    if (chown !== undefined && !USER.test(chown)) throw fail('an owner is given by number, with its group')
    if (chown !== undefined && rest.endsWith('/')) throw fail('what gets an owner is named, not its folder')
    const paths = words.filter((word) => !word.startsWith('--'))
    const destination = paths.pop()
    if (paths.length === 0) throw fail('expected SOURCE ... DESTINATION')
    if (paths.some((path) => /[*?[\]"]/.test(path))) throw fail('patterns are not understood here')
    if (paths.length > 1 && !destination.endsWith('/'))
      throw fail('several go to a folder, which ends with /')
    const { workdir } = stage.config
    stage.steps.push({ kind: 'copy', from, chown, sources: paths, destination, workdir })
    if (chown !== undefined) stage.owned.push({ path: posix.resolve(workdir, destination), owner: chown })
  },
  RUN(stage, rest, fail) {
    if (/^(--|\[|<<)/.test(rest)) throw fail('only a plain command is understood here')
    if (stage.config.user) throw fail('commands run before USER')
    stage.steps.push({
      kind: 'run',
      command: rest,
      workdir: stage.config.workdir,
      env: { ...stage.variables },
    })
  },
  USER(stage, rest, fail) {
    if (!USER.test(rest)) throw fail('a user is given by number, with its group, and is not root')
    stage.config.user = rest
  },
  EXPOSE(stage, rest, fail) {
    if (!/^\d+( \d+)*$/.test(rest)) throw fail('expected numbers')
    stage.config.ports.push(...rest.split(' ').map(Number))
  },
  CMD(stage, rest, fail) {
    stage.config.cmd = execForm(rest) ?? []
    if (stage.config.cmd.length === 0)
      throw fail('expected ["program", "argument"]: no shell is needed at run time')
  },
}

function execForm(rest) {
  try {
    const words = JSON.parse(rest)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}

/** KEY=value and KEY="value with spaces", with variables. */
function pairs(stage, rest, fail) {
  const found = [...rest.matchAll(/([\w.-]+)=(?:"([^"]*)"|([^\s"]+))(?:\s+|$)/g)]
  if (found.map(([whole]) => whole).join('') !== rest || found.length === 0) throw fail('expected KEY=VALUE')
  return Object.fromEntries(
    found.map(([, key, quoted, bare]) => [key, substitute(stage, quoted ?? bare, fail)]),
  )
}

function substitute(stage, text, fail) {
  return text.replaceAll(/\$(?:\{(\w+)\}|(\w+)|)/g, (_whole, braced, bare) => {
    const value = stage.variables[braced ?? bare]
    if (value === undefined) throw fail(`there is no variable ${braced ?? bare ?? '$'}`)
    return value
  })
}
