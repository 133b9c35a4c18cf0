/**
 * Those who listen to changes: one look each half second for all of them, so that many cost hardly more than one. Each reads a page
 * at a time and takes the next only when the one before has left: a slow reader holds one page, and is let go if it stays slow.
 */
import { Refusal, reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/standing/changes.js'
import { numberChanges, STEPS_ASKED } from '../../work/standing/changes/number.js'

/** Between two looks, milliseconds. */
const LOOK_MS = 500
/** Streams of one client, and of one process. */
export const STREAMS_EACH = 5
const STREAMS_MOST = 1_000

export interface Stream {
  client: string
  /** Number of the last change that left. */
  after: number
  /** Tells what follows up to `last`, unless it is telling still; also where nothing does, for whoever must be kept awake or let go. Never throws. */
  turn(last: number): Promise<void>
  end(reason: 'DRAINING'): void
}

export interface Streams {
  /** Refusals STREAMS_MOST, STOPPING. Gives the way out. */
  add(stream: Stream): () => void
}

/** Once `leaving` is given, all are let go, and no more are taken: who listens comes again, to another process or to this one when it is back. */
export const makeStreams = ({
  db,
  now,
  log,
  leaving,
}: {
  db: Db
  now: () => Date
  log: Log
  leaving: AbortSignal
}): Streams => {
  const open = new Set<Stream>()
  let timer: NodeJS.Timeout | null = null

  const look = async (): Promise<void> => {
    await numberChanges(db, now(), STEPS_ASKED)
    const reaches = await store.reaches(db, [...new Set([...open].map(({ client }) => client))])
    for (const stream of open) void stream.turn(reaches.get(stream.client)?.last ?? 0)
  }
  const wait = (): void => {
    timer = setTimeout(async () => {
      // One look that fails is made up for by the next.
      await look().catch((error) => log.warn({ reason: reasonOf(error) }, 'changes could not be looked for'))
      timer = null
      if (open.size > 0 && !leaving.aborted) wait()
    }, LOOK_MS)
    timer.unref()
  }

  const end = (): void => {
    if (timer !== null) clearTimeout(timer)
    for (const stream of open) stream.end('DRAINING')
    open.clear()
  }
  leaving.addEventListener('abort', end, { once: true })

  return {
    add: (stream) => {
      if (leaving.aborted) throw new Refusal('STOPPING')
      const own = [...open].filter(({ client }) => client === stream.client).length
      if (own >= STREAMS_EACH) throw new Refusal('STREAMS_MOST', { limit: STREAMS_EACH })
      if (open.size >= STREAMS_MOST) throw new Refusal('STREAMS_MOST', { limit: STREAMS_MOST })
      open.add(stream)
      if (timer === null) wait()
      return () => open.delete(stream)
    },
  }
}
