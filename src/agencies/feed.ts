import type { FeedBounds } from '../domain/intake/bounds.js'
import type { NumberedMap } from '../domain/intake/feed-maps.js'
import { PROVINCE_DIVISION } from '../domain/operators/places.js'
import type { FactFamily } from '../domain/records/facts.js'
import type { DraftsOrProblems, RecordKind, SourceItem } from '../domain/records/records.js'
import { asItems, chunksOfItems, type ItemChunks } from '../foundation/chunks.js'
import type { FeedDelivery, FeedFetch, FeedSource, OpenOptions } from './delivery.js'
import { type Examination, examineItem, type FormDraft } from './examine.js'
import { requireMarks } from './feed-marks.js'
import { columnsOfForm, type FormColumn } from './form-columns.js'
import { contentFromBytes, contentFromFile, type FileContent } from './readers/content.js'
import { readContent } from './readers/index.js'
import { renameFields, shapesOfMaps } from './readers/renaming.js'
import { BROKEN_ITEM_FIELD, type FormShape, matchFormByNames } from './readers/shapes.js'
import { openSource } from './transports/index.js'
import { tableOfFeed } from './transports/table/exchange.js'

interface ReadOptions {
  reader?: string | undefined
  maps?: readonly NumberedMap[]
}

export interface AgencyFeed {
  id: string
  agency: string
  kind: RecordKind
  title: { zh: string; en: string }
  /** Records missing from a delivery have ended. */
  whole: boolean
  /**
   * Operators missing from a pulled feed have no fact of these families. Empty if the feed lacks some senders' facts.
   */
  provesAbsenceOf: readonly FactFamily[]
  bounds: FeedBounds
  /** Working days from `validFrom` within which a record must be sent (双公示 7, registry publicity 20). */
  duty?: { workdays: number }
  /** Fields where fifteen digits are a registration number, not a resident ID number. */
  exempt: ReadonlySet<string>
  /** Path below an http address; folder or table at the other transports. */
  places: FeedPlaces
  open: (source: FeedSource, opening: OpenOptions) => Promise<FeedDelivery>
  forms: readonly FormShape[]
  columns: () => FormColumn[][]
  /** The content decides the reader unless one is named. */
  read: (source: string | Buffer, options: ReadOptions) => AsyncIterable<SourceItem>
  map: (item: SourceItem, context: MappingContext) => DraftsOrProblems
}

interface FeedPlaces {
  path: string
  folder: string
  table: string
}

export interface MappingContext {
  dated: string | null
  today: string
}

export type Agency = ReturnType<typeof makeAgency>

export type WatchedFeed = Pick<AgencyFeed, 'id' | 'agency' | 'title' | 'whole' | 'bounds' | 'duty' | 'forms'> & {
  kind: RecordKind | 'mirror'
}

export interface FeedForm extends FormShape {
  /** Key fields. A rejected item's record is not missing; with a faulty key field, none of its party's is. */
  keyed?: readonly string[]
  /** Names of each field, the usual one first; absent: every name is a field of its own. */
  spellings?: readonly (readonly string[])[]
  drafts: (row: Examination, context: MappingContext) => FormDraft[]
}

export interface FeedDescription
  extends Omit<AgencyFeed, 'agency' | 'places' | 'open' | 'read' | 'map' | 'exempt' | 'bounds' | 'forms' | 'columns'> {
  bounds?: Partial<FeedBounds>
  exempt?: readonly string[]
  /** A delivery must have one of these fields. Similar feeds share all others. */
  marks?: readonly string[]
  forms: readonly FeedForm[]
  fetch: FeedFetch
}

const BOUNDS: FeedBounds = { fewest: 1, most: 2_000_000, rejectShare: 0.5, shrinkShare: 0.5, staleAfterHours: 48 }

/** `mirrors`: feeds of a channel, whose items become matters and no records. */
export const makeAgency = (
  id: string,
  name: AgencyFeed['title'],
  descriptions: readonly FeedDescription[],
  mirrors: readonly Omit<WatchedFeed, 'kind'>[] = [],
) => {
  const feeds = descriptions.map((feed) => makeFeed(id, feed))
  const watched: readonly WatchedFeed[] = [...feeds, ...mirrors.map((feed) => ({ ...feed, kind: 'mirror' as const }))]
  return { id, name, region: PROVINCE_DIVISION, sends: watched.map((feed) => feed.id), feeds, watched }
}

export const makeFeed = (
  agency: string,
  { forms: given, fetch, exempt, bounds, marks, ...rest }: FeedDescription,
): AgencyFeed => {
  const { id, kind } = rest
  const forms = given.map((form) => ({
    ...form,
    known: new Set(form.names),
    keyedBy: form.keyed ? new Set(form.keyed) : null,
  }))
  return {
    ...rest,
    agency,
    ...makeFeedReading(id, { forms, fetch, ...(bounds && { bounds }), ...(marks && { marks }) }),
    exempt: new Set(exempt),
    forms,
    columns: () => forms.flatMap(columnsOfForm),
    map: (item, context) => {
      if (Object.hasOwn(item.fields, BROKEN_ITEM_FIELD))
        return rejectIllegible(
          item,
          'row',
          '这一行无法拆分为字段（列数不符、引号未闭合或不是记录）。This row cannot be taken apart.',
        )
      const form = matchFormByNames(Object.keys(item.fields), forms)?.shape
      if (!form) return rejectIllegible(item, 'form', '字段不属于任何已知格式。The fields belong to no known form.')
      const row = examineItem(item, form.known)
      return row.result(kind, form.drafts(row, context), form.keyedBy)
    },
  }
}

type FeedReading = Pick<AgencyFeed, 'bounds' | 'places' | 'open' | 'read'>

export const makeFeedReading = <F extends FormShape>(
  id: string,
  { forms, fetch, bounds, marks }: Pick<FeedDescription, 'fetch' | 'bounds' | 'marks'> & { forms: readonly F[] },
): FeedReading => {
  const bounded: FeedBounds = { ...BOUNDS, ...bounds }
  const wanted = { feed: id, shapes: forms }
  const shapesWith = (own: readonly FormShape[]) => (own.length === 0 ? forms : [...own, ...forms])
  const marked = (items: AsyncIterable<SourceItem>) => (marks ? requireMarks(items, marks, wanted) : items)
  return {
    bounds: bounded,
    places: { path: fetch.path, folder: id, table: tableOfFeed(id) },
    open: async (source, opening) => {
      const own = shapesOfMaps(opening.maps ?? [])
      const request = { ...source, ...opening, most: bounded.most, feed: id, shapes: shapesWith(own) }
      const delivery = await openSource(request, fetch)
      return { ...delivery, items: marked(renameFields(delivery.items, own, wanted)) }
    },
    read: (source, { reader, maps = [] }) => {
      const own = shapesOfMaps(maps)
      const items = asItems(openContent(source, (content) => readContent(content, shapesWith(own), id, reader)))
      return marked(renameFields(items, own, wanted))
    },
  }
}

async function* openContent(
  source: string | Buffer,
  read: (content: FileContent) => AsyncIterable<SourceItem>,
): ItemChunks<SourceItem> {
  yield* chunksOfItems(read(typeof source === 'string' ? await contentFromFile(source) : contentFromBytes(source)))
}

/** Only this many characters of an illegible item are searched for codes. */
const SEARCHED = 65_536
const BETWEEN_WORDS = /[^\p{L}\p{N}:-]+/u
const SHORTEST_CODE = 9

const rejectIllegible = (item: SourceItem, rule: string, message: string): DraftsOrProblems => {
  const cells = Object.values(item.fields).map((cell) => (typeof cell === 'string' ? cell : JSON.stringify(cell)))
  const text = cells.join(' ').slice(0, SEARCHED)
  const words = new Set(text.split(BETWEEN_WORDS).filter((word) => word !== ''))
  const codes = [...words].filter((word) => word.length >= SHORTEST_CODE).map((word) => word.toUpperCase())
  return {
    problems: [{ field: null, rule, message }],
    unreadable: { keys: [...words], stems: [], codes },
  }
}
