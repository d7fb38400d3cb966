export * from './bus.js'
export * from './postgres/postgres-bus.js'
export * from './redis/redis-bus.js'
