import { expect, test } from '@jest/globals'
import { grpcTarget } from './target.js'

test.each([
  ['polls:50051', 'dns:polls:50051'],
  ['127.0.0.1:50051', 'dns:127.0.0.1:50051'],
  ['[::1]:50051', 'dns:[::1]:50051'],
  ['dns:///polls:50051', 'dns:///polls:50051'],
  ['10.0.0.1:50051, 10.0.0.2:50051', 'ipv4:10.0.0.1:50051,10.0.0.2:50051'],
  ['[fd00::1]:1,[fd00::2]:2', 'ipv6:[fd00::1]:1,[fd00::2]:2'],
])('%s is the target %s', (addresses, target) => {
  expect(grpcTarget(addresses)).toBe(target)
})

test.each(['polls-0:50051,polls-1:50051', '10.0.0.1:1,[fd00::1]:1'])(
  'refuses the list %s, which would go stale',
  (list) => {
    expect(() => grpcTarget(list)).toThrow(list)
  },
)
