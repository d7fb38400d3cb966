export * from './app-error.js'
export * from './mapping.js'
