import type { z } from 'zod'
import { ConfigError } from './config-error.js'
import { settingFormats } from './settings.js'
import { layersOf } from './setting-layers.js'

type Issue = z.core.$ZodIssue

const describeIssue = (
  issue: Issue,
  schema: z.ZodObject,
  env: Record<string, string | undefined>,
): string => {
  const name = issue.path[0]
  if (name === undefined) return `  ${issue.message}`
  if (typeof name !== 'string' || env[name] !== undefined) return `  ${String(name)}: ${issue.message}`
  const format = layersOf(schema.shape[name] as z.core.$ZodType | undefined)
    .map((layer) => settingFormats.get(layer)?.format)
    .find(Boolean)
  return `  ${name}: is required${format === undefined ? '' : `, ${format}`}`
}

/**
 * Reads a schema whose keys are the names of environment variables; a variable that is empty counts as not set.
 * Throws one ConfigError that lists every bad variable and quotes no value.
 */
export const readEnv = <S extends z.ZodObject>(schema: S, env: NodeJS.ProcessEnv): Readonly<z.output<S>> => {
  const settings = Object.fromEntries(
    Object.keys(schema.shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  )
  const result = schema.safeParse(settings)
  if (result.success) return Object.freeze(result.data)
  const lines = result.error.issues.map((issue) => describeIssue(issue, schema, settings))
  throw new ConfigError(['bad settings:', ...lines].join('\n'))
}
