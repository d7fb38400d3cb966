import { invalidArgument } from '@votestream/errors'

const UUID_BYTES = 16

/** 16 bytes as a lower-case uuid. Throws invalid_argument `INVALID_BODY`. */
export const uuidFromBytes = (bytes: Uint8Array, field: string): string => {
  if (bytes.length !== UUID_BYTES)
    throw invalidArgument('INVALID_BODY', `${field} must be ${UUID_BYTES} bytes`, {
      details: [{ path: field, message: `must be ${UUID_BYTES} bytes` }],
    })
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, UUID_BYTES).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
