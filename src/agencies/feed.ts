/** A feed: one kind of record from one agency. What an agency says of itself; how bytes become items is the readers'. */
import type { Bounds } from '../domain/intake/bounds.js'
import { type Stretches, stretched, stretchesOf } from '../domain/intake/chunks.js'
import type { NumberedMap } from '../domain/intake/feed-maps.js'
import type { Draft, Item, Mapped, RecordKind } from '../domain/records/records.js'
import type { Delivery, Opening, Source } from './delivery.js'
import { type Examination, examine } from './examine.js'
import { type Content, fromBytes, fromFile } from './readers/content.js'
import { readContent } from './readers/index.js'
import { mapShapes, renamed } from './readers/renaming.js'
import { BROKEN, recognise, type Shape } from './readers/shapes.js'
import { openSource } from './transports/index.js'

export interface ReadOptions {
  reader?: string
  /** Maps of headings that are in force for this feed. */
  maps?: readonly NumberedMap[]
}

export interface Feed {
  /** For good: command, tables and tokens name it. */
  id: string
  agency: string
  kind: RecordKind
  title: { zh: string; en: string }
  /** Sends everything each time, so that records that disappear are ended; or only additions and changes. */
  whole: boolean
  bounds: Bounds
  /** Working days after a record's `validFrom` within which the agency must send it (双公示 7, the register's publicity 20). */
  duty?: { workdays: number }
  /** Cron expression, Asia/Shanghai. */
  every: string
  /** Fields that hold registration numbers, in which fifteen digits are no resident ID. */
  exempt: ReadonlySet<string>
  /** What the agency has for us now, through whatever door its address names. */
  open: (source: Source, opening: Opening) => Promise<Delivery>
  /** The field names of each form in which it comes. */
  forms: readonly Shape[]
  /** A file by its path, or its bytes; the reader follows the content unless named. */
  read: (source: string | Buffer, options: ReadOptions) => AsyncIterable<Item>
  /** Pure: an item as drafts in the hub's own form, or the problems that set it aside. */
  map: (item: Item, context: Context) => Mapped
}

export interface Context {
  /** The day on which a file holds true, if its sender named one. */
  dated: string | null
  today: string
}

export interface Agency {
  id: string
  name: { zh: string; en: string }
  region: string
  /** Ids of everything it sends (design section 6), also of feeds that have no description yet. */
  sends: readonly string[]
  feeds: readonly Feed[]
}

/** One form in which a feed comes, and what its fields mean. */
export interface Form extends Shape {
  /**
   * Names of the fields of which the key of a record is made. A rejected item whose key can be read whole stands for that
   * record alone; otherwise, or where a form declares none, for every record of the party whose code it bears.
   */
  keyed?: readonly string[]
  drafts: (row: Examination, context: Context) => Omit<Draft, 'findings'>[]
}

/** How a feed is told by its agency's file. */
export interface Description extends Omit<Feed, 'open' | 'read' | 'map' | 'exempt' | 'bounds' | 'forms'> {
  bounds?: Partial<Bounds>
  exempt?: readonly string[]
  forms: readonly Form[]
  /** Over HTTP; one of the transports does it. */
  fetch: (source: Source & Opening, shapes: readonly Shape[], feed: string) => Promise<Delivery>
}

const BOUNDS: Bounds = { fewest: 1, most: 2_000_000, rejectShare: 0.5, shrinkShare: 0.5, staleAfterHours: 48 }

export const makeFeed = ({ forms: given, fetch, exempt, bounds, ...rest }: Description): Feed => {
  // Once for all items of a feed.
  const forms = given.map((form) => ({
    ...form,
    known: new Set(form.names),
    keyedBy: form.keyed ? new Set(form.keyed) : null,
  }))
  const bounded: Bounds = { ...BOUNDS, ...bounds }
  const fed = { id: rest.id, most: bounded.most, fetch }
  return {
    ...rest,
    bounds: bounded,
    exempt: new Set(exempt),
    forms,
    open: async (source, opening) => {
      const own = mapShapes(opening.maps ?? [])
      const delivery = await openSource(
        { ...fed, shapes: own.length === 0 ? forms : [...own, ...forms] },
        source,
        opening,
      )
      return own.length === 0 ? delivery : { ...delivery, items: renamed(delivery.items, own, forms, rest.id) }
    },
    read: (source, { reader, maps = [] }) => {
      const own = mapShapes(maps)
      const shapes = own.length === 0 ? forms : [...own, ...forms]
      const items = stretched(opened(source, (content) => readContent(content, shapes, rest.id, reader)))
      return renamed(items, own, forms, rest.id)
    },
    map: (item, context) => mapped(item, forms, context),
  }
}

async function* opened(source: string | Buffer, read: (content: Content) => AsyncIterable<Item>): Stretches {
  yield* stretchesOf(read(typeof source === 'string' ? await fromFile(source) : fromBytes(source)))
}

type KnownForm = Form & { known: ReadonlySet<string>; keyedBy: ReadonlySet<string> | null }

const mapped = (item: Item, forms: readonly KnownForm[], context: Context): Mapped => {
  if (Object.hasOwn(item.fields, BROKEN)) {
    return illegible(
      item,
      'row',
      '这一行无法拆分为字段（列数不符、引号未闭合或不是记录）。This row cannot be taken apart.',
    )
  }
  const form = recognise(Object.keys(item.fields), forms)?.shape
  if (!form) return illegible(item, 'form', '字段不属于任何已知格式。The fields belong to no known form.')
  const row = examine(item, form.known)
  return row.result(form.drafts(row, context), form.keyedBy)
}

/** Characters of an illegible item that are searched for keys and codes. */
const SEARCHED = 65_536
const BETWEEN_WORDS = /[^\p{L}\p{N}:-]+/u
/** Shorter words are no codes, characters. */
const SHORTEST_CODE = 9

/** No field can be told from another: every word of it may be the key of a record, or the code of a party. */
const illegible = (item: Item, rule: string, message: string): Mapped => {
  const cells = Object.values(item.fields).map((cell) => (typeof cell === 'string' ? cell : JSON.stringify(cell)))
  const text = cells.join(' ').slice(0, SEARCHED)
  const words = new Set(text.split(BETWEEN_WORDS).filter((word) => word !== ''))
  const codes = [...words].filter((word) => word.length >= SHORTEST_CODE).map((word) => word.toUpperCase())
  return {
    problems: [{ field: null, rule, message }],
    unreadable: { keys: [...words], stems: [], codes },
  }
}
