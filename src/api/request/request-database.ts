/** Statements carry the request's id and are cancelled when the client has gone. */
import type { ServerResponse } from 'node:http'
import type { AnswerPool } from '../../store/db/answer-pool.js'
import type { Db } from '../../store/db/db.js'
import { QUERY_CANCELED } from '../../store/db/sqlstate.js'

export const ANSWER_BEGINS_WITHIN_MS = 60_000

const SAFE: readonly (string | undefined)[] = ['GET', 'HEAD']

export const isUnsafeMethod = (method: string | undefined): boolean => !SAFE.includes(method)

class AbandonedError extends Error {
  override readonly name = 'Abandoned'
  readonly code = QUERY_CANCELED
}

interface RequestDatabaseOptions {
  requestId: string
  response: ServerResponse
  acts: () => boolean
  mostMs?: number
}

/** A change (`acts`) is not cancelled on disconnection: nobody could tell what was done. */
export const makeRequestDatabase = (
  answers: AnswerPool,
  { requestId, response, acts, mostMs = ANSWER_BEGINS_WITHIN_MS }: RequestDatabaseOptions,
): Db => {
  const over = new AbortController()
  const end = (): void => {
    if (!response.writableFinished && !acts()) over.abort(new AbandonedError('nobody waits for this statement'))
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
  return answers.forRequest({ name: requestId, over: over.signal })
}

/** Creates `db` on first use. Spreading the object would lose inherited members. */
export const withRequestDb = <P extends { db: Db }>(parts: P, own: () => Db): P => {
  const known = shapes.get(parts) as DependencyShape<P> | undefined
  const shape = known ?? shapeOf(parts)
  if (known === undefined) shapes.set(parts, shape)
  return shape(own)
}

type DependencyShape<P> = (own: () => Db) => P
const shapes = new WeakMap<object, unknown>()

const shapeOf = <P extends { db: Db }>(parts: P): DependencyShape<P> => {
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
