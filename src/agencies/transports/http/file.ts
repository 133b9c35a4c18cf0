import type { Json, SourceItem } from '../../../domain/records/records.js'
import type { HttpAnswer } from '../../../foundation/http.js'
import type { FeedDelivery, FeedFetch, FeedRequest } from '../../delivery.js'
import { contentFromBytes } from '../../readers/content.js'
import { readContent } from '../../readers/index.js'
import * as attempts from './attempt.js'

const FILE_TIMEOUT = 120_000 // ms
const FILE_PULL_MS = 10 * 60_000 // ms for all attempts
const FILE_BYTES = 64 * 1024 * 1024

export const makeFileFetch = (path: string): FeedFetch => ({ path, open: (request) => openHttpFile(request, path) })

export const openHttpFile = async (request: FeedRequest, path: string): Promise<FeedDelivery> => {
  const { state, shapes, feed } = request
  const address = attempts.joinUrlPath(request.url, path)
  const ask = attempts.makeAgencyRequester(request, { pageMs: FILE_TIMEOUT, pullMs: FILE_PULL_MS }, FILE_BYTES)
  const mark = attempts.readStoredState(state, address)?.['mark']
  let got: HttpAnswer | null = attempts.isValidator(mark) ? await ask(path, attempts.conditional(mark, {})) : null
  if (got?.status === attempts.NOT_MODIFIED_HTTP_STATUS)
    return { items: attempts.yieldNoItems(), file: null, unmodified: true, next: () => state }

  async function* items(): AsyncIterable<SourceItem> {
    got ??= await ask(path, {})
    // Without a length, truncation could not be detected.
    if (!got.headers.has('content-length') && !got.headers.has('transfer-encoding'))
      throw attempts.makeIncompleteRefusal('应答未声明长度 an answer that does not say where it ends')
    yield* readContent(contentFromBytes(got.body), shapes, feed)
  }
  const next = (): Json => {
    const now = got && attempts.readCacheValidator(got)
    return now && { address: attempts.digestAddress(address), mark: now }
  }
  return { items: items(), file: null, next }
}
