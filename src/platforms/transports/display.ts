import { makeReceipt, type Notice, type Receipt } from '../../domain/delivery/delivery.js'
import { NoDisplayRefusal } from '../../foundation/errors.js'
import { splitIntoPieces } from '../../foundation/groups.js'
import { isRecord } from '../../foundation/text/json.js'
import {
  type KeyFields,
  parseJsonArray,
  readDisplayedSubject,
  shortenedText,
  trimmedText,
  UnreadableAnswerError,
} from '../formats/reading.js'
import type { DisplayedSubject, Platform, PlatformAddress } from '../platform.js'
import { exchangeWithPlatform, type PlatformAnswer, unreachableRefusal } from './converse.js'
import { readAnswer, unknownReceipt } from './deliver.js'

const KEY_LENGTH_MAX = 200
const PATH = '/entries'
const PAGE_ENTRIES = 1_000
const ENTRIES_MAX = 500_000
/** A platform may return one entry per page. */
const PAGES_MAX = 1_000
/** Proxies limit URLs to 8 KB. */
const KEYS_AT_ONCE = 50

const RECORD_ID = 'recordId'
const NO_SUCH_ADDRESS: readonly number[] = [404, 405, 410, 501]

interface HttpDisplay {
  from: PlatformAddress
  /** Called for each request, because some credentials are valid once. */
  credentials: (secret: string) => Record<string, string>
  names: KeyFields
}

export const makeHttpDisplay = (
  credentials: HttpDisplay['credentials'],
  names: KeyFields,
): Required<Pick<Platform, 'shown' | 'ask'>> => ({
  shown: (from) => readDisplay({ from, credentials, names }),
  ask: (notices, from) => receiptsFromDisplay(notices, { from, credentials, names }),
})

const readDisplay = async (display: HttpDisplay): Promise<DisplayedSubject[]> => {
  const shown = new Map<string, DisplayedSubject>()
  for (let after: string | null = null, pages = 0; ; pages += 1) {
    if (pages === PAGES_MAX) throw unreachableRefusal(`展示清单分页过多 more than ${PAGES_MAX} pages are displayed`)
    const page: DisplayedEntry[] = await pageOf(display, after)
    // Pages may be short; only an empty one is the end.
    if (page.length === 0) return [...shown.values()]
    const known = page.filter(({ key }) => shown.has(key)).length
    // Here the platform ignores paging and has sent everything.
    if (known === page.length && known === shown.size && known < PAGE_ENTRIES) return [...shown.values()]
    if (known > 0) throw unreachableRefusal('展示清单分页重复 the pages of what is displayed overlap')
    for (const { recordId: _, keyWritten: __, ...entry } of page) shown.set(entry.key, entry)
    if (shown.size > ENTRIES_MAX)
      throw unreachableRefusal(`展示清单过大 more than ${ENTRIES_MAX} entries are displayed`)
    if (page.length > PAGE_ENTRIES) return [...shown.values()]
    after = page.at(-1)?.keyWritten ?? null
  }
}

/** A removal stays NO_RECEIPT, because an absent entry may still appear. */
const receiptsFromDisplay = async (notices: readonly Notice[], display: HttpDisplay): Promise<Receipt[]> => {
  const keys = [...new Set(notices.filter(({ action }) => action !== 'REMOVE').map(({ key }) => key))]
  const displayed = new Map<string, DisplayedEntry>()
  for (const some of splitIntoPieces(keys, KEYS_AT_ONCE))
    for (const entry of await displayedOf(display, some)) displayed.set(entry.key, entry)
  return notices.map((notice) => receiptFromDisplay(notice, displayed.get(notice.key)))
}

const receiptFromDisplay = ({ key, sequence, action }: Notice, entry: DisplayedEntry | undefined): Receipt => {
  if (action === 'REMOVE' || entry?.sequence == null || entry.sequence < sequence) return unknownReceipt(key)
  const text = '未收到回执，经查询平台已展示。No answer came; asked, the platform displays it.'
  return makeReceipt(key, 'SHOWN', text, { accepted: true, receiverId: entry.recordId })
}

/** `keyWritten`: as the platform writes and orders it. */
type DisplayedEntry = DisplayedSubject & { keyWritten: string | null; recordId: string | null }

const pageOf = async (display: HttpDisplay, after: string | null): Promise<DisplayedEntry[]> => {
  const query = `${after === null ? '' : `after=${encodeURIComponent(after)}&`}limit=${PAGE_ENTRIES}`
  const answer = await requestEntries(display, query)
  // An empty list would make every entry look missing.
  if (NO_SUCH_ADDRESS.includes(answer.status)) throw new NoDisplayRefusal(`HTTP ${answer.status}`)
  if (answer.status >= 400) throw unreachableRefusal(`HTTP ${answer.status}`)
  return readAnswer(display.from, answer, (bytes) => entriesIn(bytes, display))
}

const displayedOf = async (display: HttpDisplay, keys: readonly string[]): Promise<DisplayedEntry[]> => {
  const answer = await requestEntries(display, `keys=${keys.map(encodeURIComponent).join(',')}`)
  if (answer.status >= 400) return []
  try {
    return entriesIn(answer.body, display)
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return []
    throw error
  }
}

const requestEntries = ({ from, credentials }: HttpDisplay, query: string): Promise<PlatformAnswer> =>
  exchangeWithPlatform(from, {
    method: 'GET',
    path: `${PATH}?${query}`,
    // A cached list could lack what was added since (RFC 9111, 5.2.1.4).
    headers: { accept: 'application/json', 'cache-control': 'no-cache', ...credentials(from.secret) },
  })

/** Throws on a faulty entry: an incomplete list could cause wrong removals. */
const entriesIn = (bytes: Buffer, { names }: HttpDisplay): DisplayedEntry[] =>
  parseJsonArray(bytes).map((row) => {
    const subject = isRecord(row) ? readDisplayedSubject(row, names) : null
    if (!isRecord(row) || subject === null || subject.key.length > KEY_LENGTH_MAX)
      throw new UnreadableAnswerError(`an entry without ${names.key}`)
    return { ...subject, keyWritten: trimmedText(row[names.key]), recordId: shortenedText(row[RECORD_ID]) }
  })
