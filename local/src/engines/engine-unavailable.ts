import { ExpectedFailure } from '../expected-failure.js'

export type EngineName = 'Kafka' | 'Redis' | 'Prometheus'

/** What to do instead of provisioning an engine, in words that end a message. */
const OTHER_WAYS: Readonly<Record<EngineName, string>> = {
  Kafka: [
    'Or set KAFKA_BROKERS to brokers that run already, or KAFKA_HOME to an unpacked Kafka 4. Where Docker runs:',
    '`docker compose -f local/compose.yaml up -d --wait`, then KAFKA_BROKERS=127.0.0.1:9092',
  ].join('\n'),
  Redis: [
    'Or set REDIS_URL to a server that runs already, or install valkey-server or redis-server. Where Docker runs:',
    '`docker compose -f local/compose.yaml up -d --wait`, then REDIS_URL=redis://127.0.0.1:6379',
  ].join('\n'),
  Prometheus:
    'Install prometheus 2.40 or newer (Debian, Ubuntu: apt-get install prometheus; no service of it needs to run), or set PROMETHEUS_BIN to its program',
}

/** An engine cannot be had on this machine; `reason` says what is missing and what to do. Tests are skipped with it. */
export class EngineUnavailable extends ExpectedFailure {
  constructor(
    readonly engine: EngineName,
    readonly reason: string,
    options?: ErrorOptions,
  ) {
    super(`${engine} is not available here: ${reason}\n${OTHER_WAYS[engine]}`, 1, options)
  }
}
