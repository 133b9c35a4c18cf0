/**
 * Reading back what a platform displays under our keys: a JSON list under its own names, page by page in the order of the
 * keys (`GET /entries?after=KEY&limit=N`), or of some keys (`GET /entries?keys=A,B`). What was removed is not in it.
 */
import { type Notice, type Receipt, SUBJECT_KINDS, type SubjectKind } from '../../domain/delivery/delivery.js'
import { isObject, jsonArrayIn, type ShownNames, shortened, textOf, Unreadable } from '../formats/reading.js'
import type { Shown, To } from '../platform.js'
import { type Answer, converse, noDisplay, unreachable } from './converse.js'
import { readable, unknownThere } from './deliver.js'

const PATH = '/entries'
/** Entries asked for in one call, and read in all: a display that has no end is no display. */
const PAGE_ENTRIES = 1_000
const ENTRIES_MAX = 500_000
/** Calls for all of it: a platform that gives one entry at a time would keep the hub asking for days. */
const PAGES_MAX = 1_000
/** Keys in one question: an address may have to pass gates that take no more than 8 KB. */
const KEYS_AT_ONCE = 50
/** Characters; a longer key is none of ours. */
const KEY_LENGTH_MAX = 200

/** The platform's own id of the row stands beside what it displays. */
const RECORD_ID = 'recordId'
/** A kind that it displays beside entries of the list, where it says so. */
const KIND = 'kind'
/** What a server answers that knows no such address: Not Found, Method Not Allowed, Gone, Not Implemented. */
const NO_SUCH_ADDRESS: readonly number[] = [404, 405, 410, 501]

/** Made anew for each question: some are good for one only. */
export type Credentials = () => Record<string, string>

/** Everything that is displayed. Refuses with PLATFORM_UNREACHABLE rather than give a part for the whole. */
export const readShown = async (from: To, credentials: Credentials, names: ShownNames): Promise<Shown[]> => {
  const shown = new Map<string, Shown>()
  for (let after: string | null = null, pages = 0; ; pages += 1) {
    if (pages === PAGES_MAX) throw unreachable(`展示清单分页过多 more than ${PAGES_MAX} pages are displayed`)
    const page: Displayed[] = await pageOf(from, credentials, names, after)
    // Some platforms give less than was asked for: only an empty page is the end.
    if (page.length === 0) return [...shown.values()]
    const known = page.filter(({ key }) => shown.has(key)).length
    // The same list once more, and not cut to what was asked for: it knows no pages, and has given all.
    if (known === page.length && known === shown.size && known < PAGE_ENTRIES) return [...shown.values()]
    if (known > 0) throw unreachable('展示清单分页重复 the pages of what is displayed overlap')
    for (const { recordId: _, ...entry } of page) shown.set(entry.key, entry)
    if (shown.size > ENTRIES_MAX) throw unreachable(`展示清单过大 more than ${ENTRIES_MAX} entries are displayed`)
    if (page.length > PAGE_ENTRIES) return [...shown.values()]
    after = page.at(-1)?.key ?? null
  }
}

/**
 * What became of additions and changes whose answer never came: done where this or something newer is displayed, else
 * nothing is known. A removal is never read off a display: what is not displayed may still be on its way to be.
 */
export const askDisplayed = async (
  notices: readonly Notice[],
  from: To,
  credentials: Credentials,
  names: ShownNames,
): Promise<Receipt[]> => {
  const keys = [...new Set(notices.filter(({ action }) => action !== 'REMOVE').map(({ key }) => key))]
  const displayed = new Map<string, Displayed>()
  for (let at = 0; at < keys.length; at += KEYS_AT_ONCE) {
    const some = keys.slice(at, at + KEYS_AT_ONCE)
    for (const entry of await displayedOf(from, credentials, names, some)) displayed.set(entry.key, entry)
  }
  return notices.map((notice) => becameOf(notice, displayed.get(notice.key)))
}

const becameOf = ({ key, sequence, action }: Notice, entry: Displayed | undefined): Receipt => {
  if (action === 'REMOVE' || entry?.sequence == null || entry.sequence < sequence) return unknownThere(key)
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

type Displayed = Shown & { recordId: string | null }

const pageOf = async (
  from: To,
  credentials: Credentials,
  names: ShownNames,
  after: string | null,
): Promise<Displayed[]> => {
  const query = `${after === null ? '' : `after=${encodeURIComponent(after)}&`}limit=${PAGE_ENTRIES}`
  const answer = await asked(from, credentials, query)
  // Whatever a 4xx carries is no list of entries: read as an empty one, everything would seem to be missing.
  if (NO_SUCH_ADDRESS.includes(answer.status)) throw noDisplay(`HTTP ${answer.status}`)
  if (answer.status >= 400) throw unreachable(`HTTP ${answer.status}`)
  return entriesIn(from, answer, names)
}

/**
 * A platform that does not take the question, or answers it with something else (its start page), knows nothing, and is sent the
 * same again: what cannot be asked must not keep back what can be sent.
 */
const displayedOf = async (
  from: To,
  credentials: Credentials,
  names: ShownNames,
  keys: readonly string[],
): Promise<Displayed[]> => {
  const answer = await asked(from, credentials, `keys=${keys.map(encodeURIComponent).join(',')}`)
  if (answer.status >= 400) return []
  try {
    return displayedAll(answer.body, names)
  } catch (error) {
    if (error instanceof Unreadable) return []
    throw error
  }
}

const asked = (from: To, credentials: Credentials, query: string): Promise<Answer> =>
  converse(from, {
    method: 'GET',
    path: `${PATH}?${query}`,
    headers: { accept: 'application/json', ...credentials() },
  })

const entriesIn = (from: To, answer: Answer, names: ShownNames): Displayed[] =>
  readable(from, answer, (bytes) => displayedAll(bytes, names))

const displayedAll = (bytes: Buffer, names: ShownNames): Displayed[] =>
  jsonArrayIn(bytes).map((row) => displayedIn(row, names))

/** A row without a key is no reason to guess: a comparison on half a list would call for wrong removals. */
const displayedIn = (row: unknown, names: ShownNames): Displayed => {
  const key = isObject(row) ? textOf(row[names.key]) : null
  if (!isObject(row) || key === null || key.length > KEY_LENGTH_MAX)
    throw new Unreadable(`an entry without ${names.key}`)
  const sequence = Number(textOf(row[names.sequence]) ?? Number.NaN)
  return {
    kind: kindIn(row[KIND]),
    key,
    sequence: Number.isSafeInteger(sequence) ? sequence : null,
    uscc: textOf(row[names.uscc]),
    name: textOf(row[names.name]) ?? '',
    recordId: shortened(row[RECORD_ID]),
  }
}

const kindIn = (value: unknown): SubjectKind => SUBJECT_KINDS.find((kind) => kind === value) ?? 'listing'
