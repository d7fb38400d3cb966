export { bindService } from './bind-service.js'
export { wasNeverSent } from './never-sent.js'
export { rpcClient } from './rpc-client.js'
export type { CallOptions, RpcClient, RpcClientOptions } from './rpc-client.js'
export { rpcServer } from './rpc-server.js'
export type { RpcServer, RpcServerOptions } from './rpc-server.js'
export type {
  CallContext,
  Handlers,
  HealthCheck,
  MethodName,
  RequestInput,
  RequestOutput,
  ResponseInput,
  ResponseOutput,
  ServiceBinding,
} from './service-types.js'
export { MAX_DEADLINE_MS } from './settings.js'
export { grpcTlsFaults, grpcTlsOf, grpcTlsSettings } from './tls.js'
export type { GrpcTls } from './tls.js'
