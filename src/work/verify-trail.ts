/** Verify audit: the whole trail walked, page by page, and compared with the heads that were kept outside of it. */
import { type Anchor, type Broken, type Head, headIn, headSaid, makeWalk } from '../domain/trail.js'
import { keptUntil } from '../domain/trail-rules.js'
import type { Db } from '../store/db.js'
import * as store from '../store/trail.js'
import { trailRules } from './trail-rules.js'

/** Rows read at once. */
const PAGE_ROWS = 2_000

export interface TrailVerified {
  walked: number
  ok: boolean
  /** Null: there is no row. */
  head: Head | null
  /** Rows whose content was erased when its time was past. */
  erased: number
  /** Where the trail was found shorter than noted, and up to which number rows were lost. */
  cuts: { after: number; noted: number; at: string }[]
  /** Heads kept elsewhere with which it was compared. */
  compared: number
  /** The first row that is not as it was written; absent where all are. */
  broken?: Broken
  ms: number
}

export interface Held {
  /** Heads that somebody has kept, as from a manifest. */
  held?: readonly Head[]
  progress?: (rows: number) => void
}

export interface VerifyOptions extends Held {
  now: () => Date
  /** The head as it is noted outside the database. */
  noted: Head | null
}

/** The head in the signed manifest of the list is compared too. */
export const verifyTrail = async (
  db: Db,
  { now, noted, held = [], progress }: VerifyOptions,
): Promise<TrailVerified> => {
  const startedAt = now()
  const rules = trailRules()
  // Read before the rows: what is signed or noted while they are read may lie past the last of them.
  const heads = [
    ...(noted === null ? [] : [{ ...noted, from: 'note' }]),
    ...held.map((head) => ({ ...head, from: 'held' })),
    ...(await publishedHeads(db)),
  ]
  const walk = makeWalk(heads, (at) => keptUntil(rules, at) <= startedAt)
  for (let number = 0; ; ) {
    const rows = await store.after(db, number, PAGE_ROWS)
    const last = rows.at(-1)
    if (last === undefined || !walk.add(rows)) break
    number = last.number
    progress?.(number)
  }
  const released = await store.lastRelease(db)
  const { walked, erased, head, broken, cuts } = walk.end(({ at }) => released !== null && released >= at)
  return {
    walked,
    ok: broken === null,
    head: head.number === 0 ? null : headSaid(head),
    erased,
    cuts: cuts.map((cut) => ({ ...cut, at: cut.at.toISOString() })),
    compared: heads.length,
    ...(broken !== null && { broken }),
    ms: now().getTime() - startedAt.getTime(),
  }
}

/** In the signed manifest of the list. */
const publishedHeads = async (db: Db): Promise<Anchor[]> =>
  (await store.published(db)).flatMap(({ sequence, jws }) => {
    const said = JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8'))
    const head = headIn(said.trail)
    return head === null ? [] : [{ ...head, from: `manifest ${sequence}` }]
  })
