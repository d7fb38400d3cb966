import { expect, test } from '@jest/globals'
import { echoDefinition } from '../test/echo.js'
import type { Say } from '../test/echo.js'
import { bindService } from './bind-service.js'
import type { Handlers } from './service-types.js'

test('refuses a definition with a method that nobody handles', () => {
  const say: Say = (request) => Promise.resolve(request)
  const incomplete = { Say: say } as unknown as Handlers<typeof echoDefinition>

  expect(() => bindService(echoDefinition, incomplete)).toThrow('/test.v1.EchoService/Recite')
})
