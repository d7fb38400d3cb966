export * from './bus.js'
export * from './postgres/postgres-bus.js'
