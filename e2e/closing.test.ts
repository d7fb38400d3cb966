import { jest } from '@jest/globals'
import { closing } from './suites/closing.js'
import { aMesh } from './suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const subject = aMesh({ env: { RATE_LIMIT_PER_MINUTE: '0' } })

closing(subject)
