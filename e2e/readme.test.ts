import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { startMesh, type RunningMesh } from './mesh.js'
import { commandsIn, isCurl, runCommand } from './readme-commands.js'

// The machine may be busy with other suites: a test that hangs is the only one that takes this long.
jest.setTimeout(120_000)

const repository = fileURLToPath(new URL('..', import.meta.url))
const commands = commandsIn(readFileSync(`${repository}README.md`, 'utf8'))
const LEAST_CURLS = 8

let mesh: RunningMesh

beforeAll(async () => {
  mesh = await startMesh({ args: ['--demo'] })
})

afterAll(async () => {
  await mesh.stop()
})

describe('README', () => {
  test(`shows at least ${LEAST_CURLS} curl commands and a WebSocket`, () => {
    expect(commands.filter(isCurl).length).toBeGreaterThanOrEqual(LEAST_CURLS)
    expect(commands.filter((command) => command.includes('ws://')).length).toBeGreaterThanOrEqual(1)
  })

  test.each(commands.map((command) => [command]))('%s', async (command) => {
    const ran = await runCommand(command, mesh.url, repository)

    expect({ ...ran, successes: ran.statuses.filter((status) => status >= 200 && status < 300) }).toEqual({
      ...{ exitCode: 0, statuses: ran.statuses, successes: ran.statuses },
      ...{ output: expect.stringMatching(/\S/), complaints: expect.any(String) },
    })
    expect(ran.statuses).toHaveLength(isCurl(command) ? 1 : 0)
    if (command.includes('ws://')) expect(JSON.parse(ran.output)).toHaveProperty('total_votes')
  })
})

describe('the launcher', () => {
  test('prints three commands that work', async () => {
    const printed = mesh.logs.map((line) => line.trim()).filter(isCurl)

    expect(printed).toHaveLength(3)
    for (const command of printed)
      expect(await runCommand(command, mesh.url, repository)).toMatchObject({ exitCode: 0, statuses: [200] })
  })
})
