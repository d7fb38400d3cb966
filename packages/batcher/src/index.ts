export * from './batcher.js'
export type * from './options.js'
