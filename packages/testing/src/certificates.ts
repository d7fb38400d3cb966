import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate with its key: where they lie, and what they say. */
export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  readonly cert: string
  readonly key: string
}

/** A certificate authority of a test's own; its files are gone when it is disposed. */
export interface Authority extends Disposable {
  readonly folder: string
  readonly caFile: string
  readonly ca: string
  /** Issues a certificate for host names and IP addresses, for servers and clients alike. */
  issue(...hosts: readonly string[]): Certificate
}

const openssl = (folder: string, ...args: readonly string[]): void => {
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes an authority with the program openssl, which must be on the PATH. */
export const makeAuthority = (): Authority => {
  const folder = mkdtempSync(join(tmpdir(), 'votestream-certificates-'))
  const file = (name: string): string => join(folder, name)
  openssl(
    folder,
    ...['req', '-x509', ...NEW_KEY, '-days', '2', '-subj', '/CN=A test authority', '-keyout', 'ca.key'],
    ...['-out', 'ca.crt'],
  )
  let issued = 0
  return {
    folder,
    caFile: file('ca.crt'),
    ca: readFileSync(file('ca.crt'), 'utf8'),
    issue: (...hosts) => {
      issued += 1
      const name = `issued-${issued}`
      const names = hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`).join(',')
      writeFileSync(
        file(`${name}.ext`),
        `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\nbasicConstraints=CA:FALSE\n`,
      )
      openssl(
        folder,
        ...['req', ...NEW_KEY, '-subj', `/CN=${hosts[0] ?? name}`, '-keyout', `${name}.key`],
        ...['-out', `${name}.csr`],
      )
      openssl(
        folder,
        ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'],
        ...['-days', '2', '-extfile', `${name}.ext`, '-out', `${name}.crt`],
      )
      const [certFile, keyFile] = [file(`${name}.crt`), file(`${name}.key`)]
      return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
