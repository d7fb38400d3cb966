export * from './database.js'
export * from './eventually.js'
export * from './fake-clock.js'
export * from './silent-logger.js'
