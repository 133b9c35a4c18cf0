/**
 * The database as one request asks it: statements carry its id, and are cancelled in PostgreSQL when its client has gone or its
 * time is over. Handed on by hand: a store that follows asynchronous calls by itself makes each promise of the process four times dearer.
 */
import type { ServerResponse } from 'node:http'
import type { Db } from '../../store/db/db.js'
import { asking } from '../../store/db/request-handle.js'

/**
 * How long an answer may be in the making, milliseconds; each of its statements has its own bound (store/db/db). One that is on its
 * way already takes as long as its reader (web/frame/response-timeout).
 */
export const ANSWER_MOST_MS = 60_000

const SAFE: readonly (string | undefined)[] = ['GET', 'HEAD']

/** Of a request outside GraphQL: whatever is no reading is not broken off. */
export const isAct = (method: string | undefined): boolean => !SAFE.includes(method)

interface Owned {
  requestId: string
  response: ServerResponse | undefined
  acts: () => boolean
  mostMs?: number
}

/**
 * `acts`: looked at when the client goes. What changes something is carried through or rolled back whole, as if its client had
 * stayed: nobody could tell otherwise how far it came.
 */
export const ownDb = (db: Db, { requestId, response, acts, mostMs = ANSWER_MOST_MS }: Owned): Db => {
  if (response === undefined) return asking(db, { name: requestId })
  const over = new AbortController()
  const end = (): void => {
    if (!response.writableFinished && !acts()) over.abort()
  }
  const late = setTimeout(() => {
    if (!response.headersSent) end()
  }, mostMs)
  late.unref()
  response.once('close', () => {
    clearTimeout(late)
    end()
  })
  if (response.destroyed) end()
  return asking(db, { name: requestId, over: over.signal })
}

/**
 * As `parts`, with this database; it is made when it is first asked. All else is inherited, not copied: there is one for each
 * request (so that `{ ...own }` would be all but empty).
 */
export const withDb = <P extends { db: Db }>(parts: P, own: () => Db): P => {
  const known = shapes.get(parts) as Shape<P> | undefined
  const shape = known ?? shapeOf(parts)
  if (known === undefined) shapes.set(parts, shape)
  return shape(own)
}

type Shape<P> = (own: () => Db) => P
const shapes = new WeakMap<object, unknown>()

const shapeOf = <P extends { db: Db }>(parts: P): Shape<P> => {
  class Own {
    private made: Db | null = null
    constructor(private readonly own: () => Db) {}
    get db(): Db {
      this.made ??= this.own()
      return this.made
    }
  }
  Object.setPrototypeOf(Own.prototype, parts)
  return (own) => new Own(own) as unknown as P
}
