import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js'
import { certificateFile, privateKeyFile } from '@votestream/runtime'
import { createSecureContext } from 'node:tls'

/** Mutual TLS: what a service shows, and whom it believes; PEM. */
export interface GrpcTls {
  readonly cert: string
  readonly key: string
  /** The authorities of both sides' certificates. */
  readonly ca: string
}

/** The settings of mutual TLS between services, to be spread into a schema. */
export const grpcTlsSettings = {
  GRPC_TLS_CERT_FILE: certificateFile()
    .optional()
    .describe(
      'This service towards the others; with the next two, gRPC goes over mutual TLS only, and names are verified; read at the start',
    ),
  GRPC_TLS_KEY_FILE: privateKeyFile().optional().describe('The private key of that certificate'),
  GRPC_TLS_CA_FILE: certificateFile()
    .optional()
    .describe("The authorities of the services' certificates, of servers and of clients"),
}

type Read = Readonly<Partial<Record<keyof typeof grpcTlsSettings, string | undefined>>>

const NAMES = ['GRPC_TLS_CERT_FILE', 'GRPC_TLS_KEY_FILE', 'GRPC_TLS_CA_FILE'] as const

/** What contradicts itself in these settings. */
export const grpcTlsFaults = (read: Read): readonly string[] => {
  const missing = NAMES.filter((name) => read[name] === undefined)
  if (missing.length === NAMES.length) return []
  if (missing.length > 0)
    return missing.map((name) => `${name}: is required, since ${NAMES.join(', ')} go together`)
  const tls = grpcTlsOf(read)
  try {
    createSecureContext(tls)
    return []
  } catch {
    return ['GRPC_TLS_KEY_FILE: is not the key of the certificate in GRPC_TLS_CERT_FILE']
  }
}

/** Mutual TLS as these settings say; undefined where they do not. */
export const grpcTlsOf = (read: Read): GrpcTls | undefined => {
  const { GRPC_TLS_CERT_FILE: cert, GRPC_TLS_KEY_FILE: key, GRPC_TLS_CA_FILE: ca } = read
  return cert === undefined || key === undefined || ca === undefined ? undefined : { cert, key, ca }
}

/** What a client connects with: over TLS it shows who it is, and verifies the server's name. */
export const clientCredentials = (tls: GrpcTls | undefined): ChannelCredentials =>
  tls === undefined
    ? ChannelCredentials.createInsecure()
    : ChannelCredentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert))

/** What a server is bound with: over TLS it takes only clients with a certificate of its authorities. */
export const serverCredentials = (tls: GrpcTls | undefined): ServerCredentials =>
  tls === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(
        Buffer.from(tls.ca),
        [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) }],
        true,
      )
