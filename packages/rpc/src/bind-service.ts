import type { AnyHandler, AnyMethod, Handlers, MethodName, ServiceBinding } from './service-types.js'

/** Ties handlers to a service definition; a method without a handler is a programming error and throws. */
export function bindService<D extends object>(definition: D, handlers: Handlers<D>): ServiceBinding {
  const methods = Object.entries(definition as Record<string, AnyMethod>).map(([name, method]) => {
    const handler = handlers[name as MethodName<D>] as AnyHandler | undefined
    if (handler === undefined) throw new TypeError(`no handler for ${method.path}`)
    return { method, handler }
  })
  return { methods }
}
