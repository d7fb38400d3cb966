import { jest } from '@jest/globals'
import { limits } from './suites/limits.js'
import { aMesh } from './suites/subject.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

// As a person starts it: the limit is 100 a minute.
limits(aMesh({ env: { TRUSTED_PROXIES: '127.0.0.1' } }))
