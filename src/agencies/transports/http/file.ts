import type { Json, SourceItem } from '../../../domain/records/records.js'
import type { HttpAnswer } from '../../../foundation/http.js'
import type { FeedDelivery, FeedSource, OpenOptions } from '../../delivery.js'
import { contentFromBytes } from '../../readers/content.js'
import { readContent } from '../../readers/index.js'
import type { FormShape } from '../../readers/shapes.js'
import * as attempts from './attempt.js'

const FILE_TIMEOUT = 120_000 // ms
const FILE_PULL_MS = 10 * 60_000 // ms for all attempts
const FILE_BYTES = 64 * 1024 * 1024

export const openHttpFile = async (
  source: FeedSource & OpenOptions,
  path: string,
  shapes: readonly FormShape[],
  feed: string,
): Promise<FeedDelivery> => {
  const address = attempts.joinUrlPath(source.url, path)
  const ask = attempts.makeAgencyRequester(source, { pageMs: FILE_TIMEOUT, pullMs: FILE_PULL_MS }, FILE_BYTES)
  const mark = attempts.storedState(source.state, address)?.['mark']
  const conditional = attempts.isValidator(mark)
    ? { headers: attempts.conditionalHeaders(mark), accepts: [attempts.NOT_MODIFIED_HTTP_STATUS] }
    : null
  const first = conditional && (await ask(path, conditional))
  if (first?.status === attempts.NOT_MODIFIED_HTTP_STATUS)
    return { items: attempts.noItems(), file: null, unmodified: true, next: () => source.state }

  let got: HttpAnswer | null = first
  async function* items(): AsyncIterable<SourceItem> {
    got ??= await ask(path, {})
    // Without a length, truncation could not be detected.
    if (!got.headers.has('content-length') && !got.headers.has('transfer-encoding'))
      throw attempts.incompleteRefusal('应答未声明长度 an answer that does not say where it ends')
    yield* readContent(contentFromBytes(got.body), shapes, feed)
  }
  const next = (): Json => {
    const now = got && attempts.validatorOf(got)
    return now && { address: attempts.addressDigest(address), mark: now }
  }
  return { items: items(), file: null, next }
}
