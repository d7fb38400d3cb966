import { expect, test } from '@jest/globals'
import { kafkaLine } from './kafka-line.js'

test('a line of the provisioned broker is read', () => {
  expect(kafkaLine('[main] ERROR kafka.Kafka$ - Exiting Kafka due to fatal exception')).toEqual({
    level: 'error',
    message: 'Exiting Kafka due to fatal exception',
  })
})

test('a line of an unpacked distribution is read, routine as debug', () => {
  expect(
    kafkaLine(
      '14:00:00.123 [main] INFO  kafka.server.KafkaRaftServer - [KafkaRaftServer nodeId=1] Kafka Server started',
    ),
  ).toEqual({ level: 'debug', message: '[KafkaRaftServer nodeId=1] Kafka Server started' })
})

test('what it warns of at every start is routine', () => {
  const line =
    '[a-1] WARN org.apache.kafka.LogManager - The config `log.cleaner.enable` is deprecated and will be removed'

  expect(kafkaLine(line).level).toBe('debug')
  expect(kafkaLine('[a-1] WARN org.apache.kafka.LogManager - Found a corrupted index').level).toBe('warn')
})

test('any other line is passed on as it is', () => {
  expect(kafkaLine('java.lang.OutOfMemoryError')).toEqual({
    level: 'debug',
    message: 'java.lang.OutOfMemoryError',
  })
})
