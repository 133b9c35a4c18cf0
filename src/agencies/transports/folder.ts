/**
 * A pull takes the oldest file of `<address>/<feed>/` that is unchanged for a while or has a `<name>.ok`. Accepted
 * files are archived, refused ones moved to `refused/`, failed ones put back.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SourceItem } from '../../domain/records/records.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { DeliveryOutcome, FeedDelivery, FeedRequest, OpenOptions } from '../delivery.js'
import { contentFromFile } from '../readers/content.js'
import { readContent } from '../readers/index.js'
import { type ClaimTimes, claimNext, type FileClaim } from './folder/claims.js'
import { archiveFile, moveToRefused, putFileBack } from './folder/file-outcomes.js'
import { yieldNoItems } from './http/attempt.js'

/** Milliseconds unchanged after which a file counts as complete. */
const SETTLE_MS = 30_000
/** Milliseconds after which an unrenewed claim counts as abandoned. */
const ABANDONED_MS = 5 * 60_000
const WAITS: ClaimTimes = { settleMs: SETTLE_MS, abandonedMs: ABANDONED_MS }

/** File names that announce a full delivery. `FullName` or `full text` does not. */
const WHOLE = /全量|(?<![a-z])full(?![a-z])(?![\s_-]*(?:names?|texts?|time)(?![a-z]))/i
/** File names of a partial delivery. Taken for a full one, it would end all records that it lacks. */
const NOT_WHOLE = new RegExp(
  [
    '[非不未无無没沒否半准準近伪偽假缺](?:是|为|為|属|屬|完)?[\\s_.-]*全',
    '增量|部分|部份|局部|片段|差异|差異|差量|变更|變更|变动|變動|补充|補充|补报|補報|更正|分片|第.{1,4}[批卷页頁份片]',
    '(?<![a-z])(?:not?|non|isn.?t|half|semi|quasi|almost|nearly|less|than|part|parts|partial|partially|incomplete)(?![a-z])',
    '(?<![a-z])(?:incr?|increments?|incremental|deltas?|diffs?|differential|updates?|changes?|changed|subset|sample)(?![a-z])',
    '\\d\\s*of\\s*\\d',
  ].join('|'),
  'i',
)

export const claimComplete = (path: string): ReturnType<typeof claimNext> => claimNext(path, WAITS)

export const isNamedWhole = (name: string): boolean => {
  const seen = name.normalize('NFKC')
  return WHOLE.test(seen) && !NOT_WHOLE.test(seen)
}

export const openFolder = async (request: FeedRequest, waits: ClaimTimes = WAITS): Promise<FeedDelivery> => {
  const path = join(pathOf(request.url), request.feed)
  const { claim, more } = await withNamedFaults(request.feed, () => claimNext(path, waits))
  if (!claim) return { items: yieldNoItems(), file: null, unmodified: true, whole: false }
  return {
    items: itemsOf(claim, request),
    file: claim.name,
    whole: isNamedWhole(claim.name),
    more,
    settle: (settled) => settle(path, claim, settled, request.archive),
  }
}

const pathOf = (url: string): string => {
  try {
    return fileURLToPath(url)
  } catch {
    throw unreachable('不是本机的文件夹地址 no folder of this machine')
  }
}

async function* itemsOf(claim: FileClaim, { shapes, feed, signal }: FeedRequest): AsyncIterable<SourceItem> {
  try {
    for await (const item of readContent(await contentFromFile(claim.path), shapes, feed)) {
      signal?.throwIfAborted()
      yield item
    }
  } catch (error) {
    if (!isRefusal(error) || error.code !== 'FILE_UNREADABLE') throw error
    // The error shows the path as the sender knows it.
    throw new Refusal('FILE_UNREADABLE', { ...error.details, path: `${feed}/${claim.name}` })
  }
}

const settle = async (
  path: string,
  claim: FileClaim,
  settled: DeliveryOutcome,
  archive: OpenOptions['archive'],
): Promise<void> => {
  try {
    if (settled.outcome === 'DONE') await archiveFile(claim, archive)
    else if (settled.outcome === 'REFUSED') await moveToRefused(path, claim, settled)
    else await putFileBack(path, claim)
  } catch (error) {
    // A file that cannot be removed must not block later ones.
    if (settled.outcome === 'FAILED') await claim.release()
    else claim.leave()
    throw error
  }
  await claim.release()
}

const REASONS: Record<string, string> = {
  ENOENT: '文件夹不存在 the folder is not there',
  ENOTDIR: '不是文件夹 not a folder',
  EACCES: '没有权限 not permitted',
  EPERM: '没有权限 not permitted',
  EROFS: '只读 read only',
  ENOSPC: '磁盘已满 the disk is full',
  EDQUOT: '磁盘配额已满 the quota is used up',
}

const withNamedFaults = async <T>(feed: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null
    if (isRefusal(error) || code === null) throw error
    throw unreachable(`文件夹 ${feed}：${REASONS[code] ?? code}`)
  }
}

const unreachable = (reason: string): Refusal => new Refusal('FEED_UNREACHABLE', { reason })
