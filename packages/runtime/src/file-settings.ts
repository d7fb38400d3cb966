import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { settingFormats } from './settings.js'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this process may not read it',
  EISDIR: 'it is a folder',
}

/** A file that is read with the settings: its text in the program. Neither the path nor the text is quoted, which may be a secret that was put into the wrong variable. */
const fileSetting = (what: string, check: (text: string) => unknown) => {
  const format = `the path of ${what}`
  const schema = z.string().transform((path, context): string => {
    const refuse = (why: string): never => {
      context.addIssue({ code: 'custom', message: `must be ${format}; ${why}` })
      return z.NEVER
    }
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      return refuse(REASONS[(error as NodeJS.ErrnoException).code ?? ''] ?? 'it cannot be read')
    }
    try {
      check(text)
    } catch {
      return refuse('that file holds something else')
    }
    return text
  })
  settingFormats.add(schema, { format, secret: false })
  return schema
}

/** One or more certificates, read at the start. Required unless the caller makes it optional. */
export const certificateFile = () =>
  fileSetting('a PEM file with certificates', (pem) => new X509Certificate(pem))

/** A private key without a passphrase, read at the start. Required unless the caller makes it optional. */
export const privateKeyFile = () => fileSetting('a PEM file with a private key', createPrivateKey)
