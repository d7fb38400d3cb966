/** The operator has to change a setting (or what it points at); `message` says which and how, and holds no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}
