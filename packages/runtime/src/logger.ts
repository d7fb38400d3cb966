import { pino, type DestinationStream, type Logger } from 'pino'
import { errorForLog } from './error-for-log.js'

export type { Logger } from 'pino'

/** The levels that LOG_LEVEL may name, loudest last. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

// pino matches a wildcard against one level only, so every name is listed at the top and one level down.
const SECRET_KEYS = [
  'password',
  'authorization',
  'cookie',
  'secret',
  'token',
  'DATABASE_URL',
  'DATABASE_PASSWORD',
  'ADMIN_DATABASE_URL',
  'ADMIN_DATABASE_PASSWORD',
  'BUS_DATABASE_URL',
  'REDIS_URL',
  'REDIS_PASSWORD',
  'KAFKA_SASL_PASSWORD',
]
const SECRET_PATHS = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`])

/**
 * Writes one JSON object a line to stdout (or `destination`): `level` as a word, `time` in ISO 8601, the `service`, and no secrets.
 * It writes synchronously, so that the last words before an exit are not lost.
 */
export const createLogger = (service: string, level = 'info', destination?: DestinationStream): Logger =>
  pino(
    {
      level,
      base: { service },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '[redacted]' },
      serializers: { err: (error: unknown) => errorForLog(error) },
    },
    destination ?? pino.destination({ dest: 1, sync: true }),
  )
