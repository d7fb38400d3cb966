import { describe, jest } from '@jest/globals'
import { aSubject } from './subject.js'
import { addresses } from './suites/addresses.js'
import { paths } from './suites/paths.js'
import { limits } from './suites/limits.js'
import { replicas } from './suites/replicas.js'
import { streams } from './suites/streams.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(180_000)

// The configuration is what F5's controller makes of the chart's Ingresses: see docs/ingress.md.
const subject = aSubject()

describe('paths through Nginx', () => paths(subject))
describe('limits at Nginx', () => limits(subject))
describe('client addresses through Nginx', () => addresses(subject))
describe('streams through Nginx', () => streams(subject))
describe('replicas behind Nginx', () => replicas(subject))
