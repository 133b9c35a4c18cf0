/** A feed: one kind of record from one agency. What an agency says of itself; how bytes become items is the readers'. */
import type { Bounds } from '../domain/bounds.js'
import type { Draft, Item, Mapped, RecordKind } from '../domain/records.js'
import { type Examination, examine } from './examine.js'
import { fromFile } from './readers/content.js'
import { readContent } from './readers/index.js'
import { BROKEN, recognise, type Shape } from './readers/shapes.js'

/** Where a feed is fetched from: the agency's base address. */
export interface Source {
  url: string
  signal?: AbortSignal
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
  /** Cron expression, Asia/Shanghai. */
  every: string
  /** Fields that hold registration numbers, in which fifteen digits are no resident ID. */
  exempt: ReadonlySet<string>
  /** Over HTTP, page by page. */
  fetch: (source: Source) => AsyncIterable<Item>
  /** A file; the reader follows the content unless named. */
  read: (path: string, options: { reader?: string; today: string }) => AsyncIterable<Item>
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
  drafts: (row: Examination, context: Context) => Omit<Draft, 'findings'>[]
}

/** How a feed is told by its agency's file. */
export interface Description extends Omit<Feed, 'fetch' | 'read' | 'map' | 'exempt' | 'bounds'> {
  bounds?: Partial<Bounds>
  exempt?: readonly string[]
  forms: readonly Form[]
  fetch: (source: Source, shapes: readonly Shape[], feed: string) => AsyncIterable<Item>
}

const BOUNDS: Bounds = { fewest: 1, most: 2_000_000, rejectShare: 0.5, shrinkShare: 0.5, staleAfterHours: 48 }

export const makeFeed = ({ forms, fetch, exempt, bounds, ...rest }: Description): Feed => ({
  ...rest,
  bounds: { ...BOUNDS, ...bounds },
  exempt: new Set(exempt),
  fetch: (source) => fetch(source, forms, rest.id),
  read: async function* (path, { reader }) {
    yield* readContent(await fromFile(path), forms, rest.id, reader)
  },
  map: (item, context) => mapped(item, forms, context),
})

const mapped = (item: Item, forms: readonly Form[], context: Context): Mapped => {
  if (Object.hasOwn(item.fields, BROKEN)) {
    return problem(
      null,
      'row',
      '这一行无法拆分为字段（列数不符、引号未闭合或不是记录）。This row cannot be taken apart.',
    )
  }
  const form = recognise(Object.keys(item.fields), forms)?.shape
  if (!form) return problem(null, 'form', '字段不属于任何已知格式。The fields belong to no known form.')
  const row = examine(item, new Set(form.names))
  return row.result(form.drafts(row, context))
}

const problem = (field: string | null, rule: string, message: string): Mapped => ({
  problems: [{ field, rule, message }],
})
