/** `GET /entries?after=KEY&limit=N` pages all entries; `GET /entries?keys=A,B` returns some. */
import { type Notice, type Receipt, SUBJECT_KINDS, type SubjectKind } from '../../domain/delivery/delivery.js'
import { isRecord } from '../../foundation/text/json.js'
import {
  type KeyFields,
  parseJsonArray,
  shortenedText,
  trimmedText,
  UnreadableAnswerError,
} from '../formats/reading.js'
import type { DisplayedSubject, PlatformAddress } from '../platform.js'
import { exchangeWithPlatform, noDisplayRefusal, type PlatformAnswer, unreachableRefusal } from './converse.js'
import { readAnswer, unknownReceipt } from './deliver.js'

const PATH = '/entries'
const PAGE_ENTRIES = 1_000
const ENTRIES_MAX = 500_000
/** Most pages read, because a platform may return one entry per page. */
const PAGES_MAX = 1_000
/** Proxies limit URLs to 8 KB. */
const KEYS_AT_ONCE = 50
const KEY_LENGTH_MAX = 200

const RECORD_ID = 'recordId'
const KIND = 'kind'
const NO_SUCH_ADDRESS: readonly number[] = [404, 405, 410, 501]

/** Called for each request, because some credentials are valid once. */
export type CredentialHeaders = () => Record<string, string>

/** Reads the displayed list. Throws PLATFORM_UNREACHABLE rather than return a part of it. */
export const readDisplay = async (
  from: PlatformAddress,
  credentials: CredentialHeaders,
  names: KeyFields,
): Promise<DisplayedSubject[]> => {
  const shown = new Map<string, DisplayedSubject>()
  for (let after: string | null = null, pages = 0; ; pages += 1) {
    if (pages === PAGES_MAX) throw unreachableRefusal(`展示清单分页过多 more than ${PAGES_MAX} pages are displayed`)
    const page: DisplayedEntry[] = await pageOf(from, credentials, names, after)
    // Pages may be short; only an empty one is the end.
    if (page.length === 0) return [...shown.values()]
    const known = page.filter(({ key }) => shown.has(key)).length
    // Here the platform ignores paging and has sent everything.
    if (known === page.length && known === shown.size && known < PAGE_ENTRIES) return [...shown.values()]
    if (known > 0) throw unreachableRefusal('展示清单分页重复 the pages of what is displayed overlap')
    for (const { recordId: _, ...entry } of page) shown.set(entry.key, entry)
    if (shown.size > ENTRIES_MAX)
      throw unreachableRefusal(`展示清单过大 more than ${ENTRIES_MAX} entries are displayed`)
    if (page.length > PAGE_ENTRIES) return [...shown.values()]
    after = page.at(-1)?.key ?? null
  }
}

/** Answers from the display. A removal stays NO_RECEIPT, because an absent entry may still appear. */
export const receiptsFromDisplay = async (
  notices: readonly Notice[],
  from: PlatformAddress,
  credentials: CredentialHeaders,
  names: KeyFields,
): Promise<Receipt[]> => {
  const keys = [...new Set(notices.filter(({ action }) => action !== 'REMOVE').map(({ key }) => key))]
  const displayed = new Map<string, DisplayedEntry>()
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE)
    for (const entry of await displayedOf(from, credentials, names, some)) displayed.set(entry.key, entry)
  }
  return notices.map((notice) => receiptFromDisplay(notice, displayed.get(notice.key)))
}

const receiptFromDisplay = ({ key, sequence, action }: Notice, entry: DisplayedEntry | undefined): Receipt => {
  if (action === 'REMOVE' || entry?.sequence == null || entry.sequence < sequence) return unknownReceipt(key)
  return {
    key,
    accepted: true,
    code: 'SHOWN',
    text: '未收到回执，经查询平台已展示。No answer came; asked, the platform displays it.',
    field: null,
    value: null,
    receiverId: entry.recordId,
  }
}

type DisplayedEntry = DisplayedSubject & { recordId: string | null }

const pageOf = async (
  from: PlatformAddress,
  credentials: CredentialHeaders,
  names: KeyFields,
  after: string | null,
): Promise<DisplayedEntry[]> => {
  const query = `${after === null ? '' : `after=${encodeURIComponent(after)}&`}limit=${PAGE_ENTRIES}`
  const answer = await requestEntries(from, credentials, query)
  // An empty list would make every entry look missing.
  if (NO_SUCH_ADDRESS.includes(answer.status)) throw noDisplayRefusal(`HTTP ${answer.status}`)
  if (answer.status >= 400) throw unreachableRefusal(`HTTP ${answer.status}`)
  return entriesIn(from, answer, names)
}

/** Returns [] when the platform cannot be asked by key. */
const displayedOf = async (
  from: PlatformAddress,
  credentials: CredentialHeaders,
  names: KeyFields,
  keys: readonly string[],
): Promise<DisplayedEntry[]> => {
  const answer = await requestEntries(from, credentials, `keys=${keys.map(encodeURIComponent).join(',')}`)
  if (answer.status >= 400) return []
  try {
    return displayedAll(answer.body, names)
  } catch (error) {
    if (error instanceof UnreadableAnswerError) return []
    throw error
  }
}

const requestEntries = (
  from: PlatformAddress,
  credentials: CredentialHeaders,
  query: string,
): Promise<PlatformAnswer> =>
  exchangeWithPlatform(from, {
    method: 'GET',
    path: `${PATH}?${query}`,
    headers: { accept: 'application/json', ...credentials() },
  })

const entriesIn = (from: PlatformAddress, answer: PlatformAnswer, names: KeyFields): DisplayedEntry[] =>
  readAnswer(from, answer, (bytes) => displayedAll(bytes, names))

const displayedAll = (bytes: Buffer, names: KeyFields): DisplayedEntry[] =>
  parseJsonArray(bytes).map((row) => displayedIn(row, names))

/** Throws on a faulty entry: an incomplete list could cause wrong removals. */
const displayedIn = (row: unknown, names: KeyFields): DisplayedEntry => {
  const key = isRecord(row) ? trimmedText(row[names.key]) : null
  if (!isRecord(row) || key === null || key.length > KEY_LENGTH_MAX)
    throw new UnreadableAnswerError(`an entry without ${names.key}`)
  const sequence = Number(trimmedText(row[names.sequence]) ?? Number.NaN)
  return {
    kind: kindIn(row[KIND]),
    key,
    sequence: Number.isSafeInteger(sequence) ? sequence : null,
    uscc: trimmedText(row[names.uscc]),
    name: trimmedText(row[names.name]) ?? '',
    recordId: shortenedText(row[RECORD_ID]),
  }
}

const kindIn = (value: unknown): SubjectKind => SUBJECT_KINDS.find((kind) => kind === value) ?? 'listing'
