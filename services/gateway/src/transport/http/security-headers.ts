import helmet from 'helmet'
import type { IncomingMessage, ServerResponse } from 'node:http'

const middleware = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  // Whoever ends TLS says this: the gateway itself speaks plain HTTP.
  strictTransportSecurity: false,
})

/**
 * What helmet sets, computed once: it depends on no request, and the vote lane and raw answers do not pass through Express.
 */
export const securityHeaders: Readonly<Record<string, string>> = (() => {
  const headers: Record<string, string> = {}
  const recorder = {
    setHeader: (name: string, value: string) => (headers[name] = value),
    removeHeader: () => undefined,
  }
  middleware({} as IncomingMessage, recorder as unknown as ServerResponse, () => undefined)
  return Object.freeze(headers)
})()
