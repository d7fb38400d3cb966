import { expect, test } from '@jest/globals'
import type { Progress, ResultsState, Topic } from './bus.js'
import { decodeMessage, encodeItem } from './codec.js'

const state: ResultsState = {
  pollId: 7,
  version: 2 ** 41 + 3,
  counts: [2, 1],
  status: 'closing',
  asOfUs: 1_795_428_000_123_456,
}
const progress: Progress = {
  logId: 'log',
  partition: 1,
  from: 5,
  next: 9,
  rejected: [{ offset: 6, reason: 'ALREADY_VOTED' }],
  versions: [
    [7, 2 ** 41 + 3],
    [8, 1],
  ],
}

test('reads back what it wrote, for every topic', () => {
  expect(decodeMessage('results', `[${encodeItem('results', state)}]`)).toEqual([state])
  expect(decodeMessage('progress', `[${encodeItem('progress', progress)}]`)).toEqual([progress])
  expect(decodeMessage('polls_changed', `[${encodeItem('polls_changed', 12)}]`)).toEqual([12])
  expect(decodeMessage('connections', `[${encodeItem('connections', { replica: 'a', count: 4 })}]`)).toEqual([
    { replica: 'a', count: 4 },
  ])
})

test.each<[Topic, string]>([
  ['results', ''],
  ['results', '{'],
  ['results', 'null'],
  ['results', '{"pollId":1}'],
  ['results', '[1]'],
  ['results', '[[1,1,"open",1,[-1]]]'],
  ['results', '[[1,1,"open",1,[1.5]]]'],
  ['results', '[[1,1,"open",1,["1"]]]'],
  ['results', '[[1,1,"open",1,[9007199254740993]]]'],
  ['results', '[[1,1,"open",1]]'],
  ['results', '[[1,1,"ajar",1,[]]]'],
  ['results', '[[1,1,"open",null,[]]]'],
  ['results', '[["1",1,"open",1,[]]]'],
  ['results', '[[1,1,"open",1,[]],7]'],
  ['progress', '[7]'],
  ['progress', '[[1,1,0,1,[],[]]]'],
  ['progress', '[["log",1,0,1,[[0]],[]]]'],
  ['progress', '[["log",1,0,1,[0],[]]]'],
  ['progress', '[["log",1,0,1]]'],
  ['progress', '[["log",1,0,1,[]]]'],
  ['progress', '[["log",1,0,1,[],[7]]]'],
  ['progress', '[["log",1,0,1,[],[[7]]]]'],
  ['progress', '[["log",1,0,1,[],[["7",1]]]]'],
  ['progress', '[["log",1,0,"1",[],[]]]'],
  ['polls_changed', '["1"]'],
  ['connections', '[7]'],
  ['connections', '[["replica",-1]]'],
  ['connections', '[[7,1]]'],
])('refuses %s %s as a whole', (topic, payload) => {
  expect(decodeMessage(topic, payload)).toBeUndefined()
})
