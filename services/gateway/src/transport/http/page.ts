import express, { type RequestHandler } from 'express'
import { readdirSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The static files of the page. */
export interface Page {
  /** True for a path that is one of the files, literally; only these are looked for on disk. */
  readonly has: (path: string) => boolean
  readonly serve: RequestHandler
}

const INDEX = 'index.html'

/** Knows the files below a directory, as they are now; an index.html stands for its folder. A directory that is not there has none. */
export const makePage = (directory: string): Page => {
  const files = listFiles(directory).map((file) => `/${relative(directory, file).split(sep).join('/')}`)
  const folders = files
    .filter((file) => file.endsWith(`/${INDEX}`))
    .map((file) => file.slice(0, -INDEX.length))
  const paths = new Set([...files, ...folders])
  return {
    has: (path) => paths.has(path),
    serve: express.static(directory, { index: INDEX, redirect: false, dotfiles: 'deny' }),
  }
}

const listFiles = (directory: string): string[] => {
  try {
    return readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
