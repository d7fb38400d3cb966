import { lookup } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { check, eventually, run } from './check.mjs'

// What the gateway itself calls with; the image has no second copy.
const requireOfGateway = createRequire(process.env.GATEWAY_PACKAGE ?? '/app/services/gateway/package.json')
const grpc = requireOfGateway('@grpc/grpc-js')

const METHOD = '/grpc.health.v1.Health/Check'
const DEADLINE_MS = 5_000
const STATUS = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN']
/** HealthCheckRequest { string service = 1 }; names here are shorter than 128 bytes. */
const encode = (service) => Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)])
/** HealthCheckResponse { ServingStatus status = 1 }; a zero is not written. */
const decode = (bytes) => STATUS[bytes.length === 0 ? 0 : bytes[1]]

const { GRPC_TLS_CA_FILE: ca, GRPC_TLS_KEY_FILE: key, GRPC_TLS_CERT_FILE: cert } = process.env
const credentials = ca
  ? grpc.credentials.createSsl(readFileSync(ca), readFileSync(key), readFileSync(cert))
  : grpc.credentials.createInsecure()

/** Asks one replica; a certificate names the Service, not the address. */
const health = (address, host, service) =>
  new Promise((resolve, reject) => {
    const client = new grpc.Client(address, credentials, {
      ...(ca && { 'grpc.ssl_target_name_override': host, 'grpc.default_authority': host }),
    })
    const deadline = Date.now() + DEADLINE_MS
    client.makeUnaryRequest(METHOD, encode, decode, service, { deadline }, (error, status) => {
      client.close()
      if (error) reject(error)
      else resolve(status)
    })
  })

await run(async () => {
  for (const target of [process.env.POLLS_ADDRESS, process.env.VOTES_ADDRESS]) {
    const [, host, port] = /^dns:\/\/\/(.+):(\d+)$/.exec(target)
    const replicas = await eventually(() => lookup(host, { all: true }))
    check(replicas.length > 0, `${host} has ${replicas.length} ready replica(s)`)
    for (const { address, family } of replicas)
      for (const service of ['liveness', 'readiness']) {
        const status = await health(
          family === 6 ? `[${address}]:${port}` : `${address}:${port}`,
          host,
          service,
        )
        check(status === 'SERVING', `${address} ${service} is ${status}`)
      }
  }
})
