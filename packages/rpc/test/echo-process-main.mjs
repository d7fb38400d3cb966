// A server that can be killed and frozen, because it is a process of its own: it answers EchoService/Say with its name.
import { Server, ServerCredentials } from '@grpc/grpc-js'

const [, , name, port = '0'] = process.argv
const json = {
  requestSerialize: (value) => Buffer.from(JSON.stringify(value)),
  requestDeserialize: (bytes) => JSON.parse(bytes.toString()),
  responseSerialize: (value) => Buffer.from(JSON.stringify(value)),
  responseDeserialize: (bytes) => JSON.parse(bytes.toString()),
}
const Say = { path: '/test.v1.EchoService/Say', requestStream: false, responseStream: false, ...json }
const server = new Server()
server.addService({ Say }, { Say: (_call, respond) => respond(null, { text: name }) })
server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (_error, bound) => {
  process.stdout.write(`${bound}\n`)
})
