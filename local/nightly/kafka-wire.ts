import { connect, type Socket } from 'node:net'

// As much of Kafka's protocol as the proof of a broker needs: one partition, one record, one connection a request.
// https://kafka.apache.org/protocol (the last versions before the compact encoding)
const PRODUCE = { key: 0, version: 7 }
const FETCH = { key: 1, version: 4 }
const CREATE_TOPICS = { key: 19, version: 4 }

const TIMEOUT_MS = 5000
const PARTITION = 0
/** Everywhere that the protocol has a place for something we have none of. */
const NONE = -1

const int8 = (value: number): Buffer => Buffer.from([value & 0xff])
const int16 = (value: number): Buffer => write(2, (buffer) => buffer.writeInt16BE(value))
const int32 = (value: number): Buffer => write(4, (buffer) => buffer.writeInt32BE(value))
const int64 = (value: number): Buffer => write(8, (buffer) => buffer.writeBigInt64BE(BigInt(value)))
const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])
const listOfOne = (...parts: readonly Buffer[]): Buffer => Buffer.concat([int32(1), ...parts])

function write(size: number, fill: (buffer: Buffer) => void): Buffer {
  const buffer = Buffer.alloc(size)
  fill(buffer)
  return buffer
}

/** Creates a topic of one partition; its leader may need a moment more. */
export async function createTopic(brokers: string, topic: string): Promise<void> {
  const wanted = [text(topic), int32(1), int16(1), int32(0), int32(0)]
  const answer = await request(brokers, CREATE_TOPICS, [listOfOne(...wanted), int32(TIMEOUT_MS), int8(0)])
  const afterName = 4 + 4 + 2 + Buffer.byteLength(topic)
  assertNoError('CreateTopics', answer.readInt16BE(afterName))
}

/** Appends one record, waits until it is acknowledged by all, and resolves to its offset. */
export async function append(brokers: string, topic: string, value: string): Promise<number> {
  const batch = recordBatch(Buffer.from(value))
  const partition = listOfOne(int32(PARTITION), int32(batch.length), batch)
  const body = [int16(NONE), int16(NONE), int32(TIMEOUT_MS), listOfOne(text(topic), partition)]
  const answer = await request(brokers, PRODUCE, body)
  const afterIndex = 4 + 2 + Buffer.byteLength(topic) + 4 + 4
  assertNoError('Produce', answer.readInt16BE(afterIndex))
  return Number(answer.readBigInt64BE(afterIndex + 2))
}

/** Reads the topic from its beginning, as it lies on the disk. */
export async function readAll(brokers: string, topic: string): Promise<string> {
  const [waitMs, leastBytes, mostBytes, isolation] = [int32(100), int32(1), int32(1_000_000), int8(0)]
  const partition = listOfOne(int32(PARTITION), int64(0), int32(1_000_000))
  const body = [int32(NONE), waitMs, leastBytes, mostBytes, isolation, listOfOne(text(topic), partition)]
  const answer = await request(brokers, FETCH, body)
  assertNoError('Fetch', answer.readInt16BE(4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4))
  return answer.toString('latin1')
}

async function request(
  brokers: string,
  api: { key: number; version: number },
  body: readonly Buffer[],
): Promise<Buffer> {
  const [host = '', port] = brokers.split(':')
  const socket = connect({ host, port: Number(port) })
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('the broker does not answer')))
  const message = Buffer.concat([int16(api.key), int16(api.version), int32(1), text('test'), ...body])
  socket.write(Buffer.concat([int32(message.length), message]))
  try {
    return await answerOn(socket)
  } finally {
    socket.destroy()
  }
}

function answerOn(socket: Socket): Promise<Buffer> {
  let received = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the broker hung up')))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      const whole = received.length >= 4 && received.length >= 4 + received.readInt32BE(0)
      if (whole) resolve(received.subarray(8)) // after the size and the correlation id
    })
  })
}

function assertNoError(what: string, code: number): void {
  if (code !== 0) throw new Error(`${what}: error ${code}`)
}

/** A batch of one record of less than 50 bytes: then each of its lengths is one byte. */
function recordBatch(value: Buffer): Buffer {
  const zigzag = (number: number): Buffer => int8(number < 0 ? -2 * number - 1 : 2 * number)
  const inRecord = [int8(0), zigzag(0), zigzag(0), zigzag(NONE), zigzag(value.length), value, zigzag(0)]
  const record = Buffer.concat(inRecord)
  const now = int64(Date.now())
  const producer = [int64(NONE), int16(NONE), int32(NONE)]
  const checked = Buffer.concat([
    int16(0),
    int32(0),
    now,
    now,
    ...producer,
    int32(1),
    zigzag(record.length),
    record,
  ])
  const rest = Buffer.concat([int32(NONE), int8(2), int32(crc32c(checked) | 0), checked])
  return Buffer.concat([int64(0), int32(rest.length), rest])
}

/** CRC-32C (Castagnoli), reflected; node:zlib has only the other one. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
