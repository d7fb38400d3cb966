import type { PollResults } from '../../../app/get-results.js'
import type { KeyedRead } from '../../../app/keyed-reads.js'
import { etagOf, matchesEtag } from '../etag.js'
import { readPollId } from '../poll-id.js'
import type { Handler } from '../routes.js'
import { resultsDocument } from './documents.js'

/** GET /polls/{id}/results. A stale document has no entity tag: the next one of its version may be fresh, which is news. */
export const makeGetResultsHandler =
  (getResults: KeyedRead<PollResults>): Handler =>
  async (exchange, id = '') => {
    const found = await getResults(readPollId(id), exchange.requestId)
    if (found.results.stale) return { status: 200, json: resultsDocument(found) }
    const etag = etagOf(found.results.version)
    // May be kept, but must be asked for again each time.
    const headers = { ETag: etag, 'Cache-Control': 'no-cache' }
    if (matchesEtag(exchange.request.headers['if-none-match'], etag)) return { status: 304, headers }
    return { status: 200, headers, json: resultsDocument(found) }
  }
