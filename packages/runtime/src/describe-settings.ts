import { z } from 'zod'
import { settingFormats } from './settings.js'
import { layersOf } from './setting-layers.js'

/** One row of docs/configuration.md. */
export interface SettingDescription {
  /** The environment variable. */
  readonly name: string
  readonly description: string
  readonly format: string
  readonly required: boolean
  /** As it would be written in the environment; undefined when there is none, empty for an empty list. */
  readonly default: string | undefined
  readonly secret: boolean
}

const formatOfPlain = (layer: z.core.$ZodType | undefined): string =>
  layer instanceof z.ZodEnum ? `one of ${layer.options.join(', ')}` : (layer?._zod.def.type ?? 'text')

const describeSetting = (name: string, schema: z.core.$ZodType): SettingDescription => {
  const layers = layersOf(schema)
  const formats = layers.map((layer) => settingFormats.get(layer)).filter((found) => found !== undefined)
  const descriptions = layers.map((layer) => z.globalRegistry.get(layer)?.description)
  const withDefault = layers.find((layer) => layer instanceof z.ZodDefault || layer instanceof z.ZodPrefault)
  return {
    name,
    description: descriptions.find((found) => found !== undefined) ?? '',
    format: formats[0]?.format ?? formatOfPlain(layers.at(-1)),
    required: !z.safeParse(schema, undefined).success,
    default: withDefault === undefined ? undefined : String(withDefault._zod.def.defaultValue),
    secret: formats.some((found) => found.secret),
  }
}

/** Describes a schema for `readEnv`, one entry for each of its variables, in their order. */
export const describeSettings = (schema: z.ZodObject): readonly SettingDescription[] =>
  Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, field]) =>
    describeSetting(name, field),
  )
