import { jest } from '@jest/globals'
import { logs } from './suites/logs.js'
import { aMesh } from './suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

// The most that the services ever write.
logs(aMesh({ env: { RATE_LIMIT_PER_MINUTE: '0', LOG_LEVEL: 'trace', TRUSTED_PROXIES: '127.0.0.1' } }))
