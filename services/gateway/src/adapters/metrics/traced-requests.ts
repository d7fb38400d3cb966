import type { Logger } from '@votestream/runtime'
import type { RequestMeter } from '../../domain/ports.js'

/**
 * Logs, at debug, each answer with the id that its request goes by in every service; the route is its template, so that nothing of the
 * client is in the line. Costs nothing at other levels.
 */
export const tracedRequests = (meter: RequestMeter, logger: Logger): RequestMeter => ({
  answered(request) {
    meter.answered(request)
    if (logger.isLevelEnabled('debug')) logger.debug(request, 'answered')
  },
})
