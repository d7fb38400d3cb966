import { readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A Kafka that can be run here. */
export interface KafkaInstallation {
  /** Where it is from, for people. */
  readonly origin: string
  readonly version: string
  readonly java: string
  /** The folder of its jars. */
  readonly jars: string
  /** Lets a broker start in half the time; undefined where this Java cannot make one. */
  readonly classArchive: string | undefined
}

/** The names of the jars in a folder, always in the same order: a class archive is good for one order only. */
export function jarsIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.jar'))
      .sort()
  } catch {
    return []
  }
}

/** The class path of a folder of jars. */
export const classPathOf = (folder: string): string =>
  jarsIn(folder)
    .map((name) => join(folder, name))
    .join(delimiter)
