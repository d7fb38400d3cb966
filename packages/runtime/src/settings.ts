import { isIP } from 'node:net'
import { z } from 'zod'
import { LOG_LEVELS } from './logger.js'

/** What the reader of docs/configuration.md learns about a setting's value. */
export interface SettingFormat {
  readonly format: string
  readonly secret: boolean
}

/** The formats of all settings made here; a schema derived by `.describe()` keeps its parent's. */
export const settingFormats = z.registry<SettingFormat>()

/**
 * A setting that is text in the environment and T in the program; `parse` answers undefined for text that is not in the `format`.
 * The message names the format and never the value, which may be a secret that was put into the wrong variable.
 */
export const setting = <T>(
  format: string,
  parse: (text: string) => T | undefined,
  { secret = false } = {},
) => {
  const schema = z.string().transform((text, context): T => {
    const value = parse(text)
    if (value !== undefined) return value
    context.addIssue({ code: 'custom', message: `must be ${format}` })
    return z.NEVER
  })
  settingFormats.add(schema, { format, secret })
  return schema
}

const LARGEST_PORT = 65_535
// No wait in this program is longer; a larger number is a slip (seconds or microseconds for milliseconds).
const LONGEST_WAIT_MS = 86_400_000

const parseInteger = (text: string, min: number, max: number): number | undefined => {
  if (!/^-?\d{1,15}$/.test(text)) return undefined
  const value = Number(text)
  return value >= min && value <= max ? value : undefined
}

export const integer = (defaultValue: number, { min, max }: { min: number; max: number }) =>
  setting(`a whole number from ${min} to ${max}`, (text) => parseInteger(text, min, max)).default(
    defaultValue,
  )

export const milliseconds = (defaultMs: number, { min = 0, max = LONGEST_WAIT_MS } = {}) =>
  setting(`milliseconds, from ${min} to ${max}`, (text) => parseInteger(text, min, max)).default(defaultMs)

/** A port to listen on; 0 takes any free one. */
export const port = (defaultPort: number) =>
  setting(`a port from 0 (any free one) to ${LARGEST_PORT}`, (text) =>
    parseInteger(text, 0, LARGEST_PORT),
  ).default(defaultPort)

const BOOLEANS = new Map([
  ['true', true],
  ['1', true],
  ['false', false],
  ['0', false],
])

export const boolean = (defaultValue: boolean) =>
  setting('true or false', (text) => BOOLEANS.get(text)).default(defaultValue)

export const logLevel = (defaultLevel: (typeof LOG_LEVELS)[number] = 'info') =>
  setting(`one of ${LOG_LEVELS.join(', ')}`, (text) => LOG_LEVELS.find((level) => level === text)).default(
    defaultLevel,
  )

/** An address to bind. */
export const bindAddress = (defaultAddress = '0.0.0.0') =>
  setting('an IP address or a host name', (text) => (isHost(text) ? text : undefined)).default(defaultAddress)

const HOST_NAME = /^(?!-)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*\.?$/
const isHost = (text: string): boolean => isIP(text) !== 0 || HOST_NAME.test(text)

const isAddress = (text: string): boolean => {
  const [, bracketed, bare, digits] = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text) ?? []
  if (digits === undefined || parseInteger(digits, 1, LARGEST_PORT) === undefined) return false
  return bracketed === undefined ? isHost(bare ?? '') : isIP(bracketed) === 6
}

/** One peer. Required unless the caller adds a default. */
export const address = () => setting('host:port', (text) => (isAddress(text) ? text : undefined))

const DNS_TARGET = /^dns:\/\/\/([^/]+)$/

/** A service's replicas, as a gRPC client takes them. Required unless the caller adds a default. */
export const addressList = () =>
  setting('host:port, several of them with commas between, or a dns:/// target', (text) => {
    const target = DNS_TARGET.exec(text)?.[1]
    if (target !== undefined) return isAddress(target) || isHost(target) ? text : undefined
    const addresses = text.split(',').map((each) => each.trim())
    return addresses.every(isAddress) ? addresses.join(',') : undefined
  })

const isCidr = (text: string): boolean => {
  const [network = '', prefix, ...rest] = text.split('/')
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(network)] ?? -1
  return (
    rest.length === 0 && bits > 0 && (prefix === undefined || parseInteger(prefix, 0, bits) !== undefined)
  )
}

/** Networks; a bare address is a network of one. Empty unless set. */
export const cidrList = () =>
  setting('networks such as 10.0.0.0/8, with commas between', (text): readonly string[] | undefined => {
    const networks = text.split(',').map((each) => each.trim())
    return networks.every(isCidr) ? networks : undefined
  }).default([])

/** Free text. Required unless the caller adds a default. */
export const text = (format = 'text') => setting(format, (value): string | undefined => value)

/** Text that is never printed. Required unless the caller makes it optional. */
export const secret = (minLength = 1) =>
  setting(
    `a secret of at least ${minLength} characters`,
    (value) => (value.length >= minLength ? value : undefined),
    {
      secret: true,
    },
  )

/** Any text that is never printed. Required unless the caller makes it optional. */
export const password = () => setting('text', (value): string | undefined => value, { secret: true })

/** A URL that may carry a password, so it is never printed. Required unless the caller makes it optional. */
export const secretUrl = (schemes: readonly string[] = ['postgres', 'postgresql']) => {
  const starts = schemes.map((scheme) => `${scheme}://`)
  const isUrl = (value: string): boolean =>
    starts.some((start) => value.startsWith(start) && value.length > start.length) && URL.canParse(value)
  return setting(
    `a URL that starts with ${starts.join(' or ')}`,
    (value) => (isUrl(value) ? value : undefined),
    {
      secret: true,
    },
  )
}

// A pod has 30 s from SIGTERM to SIGKILL by default; ten leave room for the wait before it (DRAIN_DELAY_MS).
export const DEFAULT_SHUTDOWN_GRACE_MS = 10_000

/** The settings that every service has, to be spread into its schema. */
export const commonSettings = {
  HOST: bindAddress().describe('Address that every port of this service binds'),
  LOG_LEVEL: logLevel().describe('The quietest level that is still logged'),
  OPS_PORT: port(9090).describe('Port of /livez, /readyz and /metrics'),
  DRAIN_DELAY_MS: milliseconds(0).describe(
    'How long a stopping service, already unready, goes on accepting, so that load balancers forget it first',
  ),
  SHUTDOWN_GRACE_MS: milliseconds(DEFAULT_SHUTDOWN_GRACE_MS, { min: 100 }).describe(
    'How long a stop may take from the signal on, DRAIN_DELAY_MS included; after that the process exits with 1',
  ),
}
