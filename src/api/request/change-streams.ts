import { Refusal, reasonOf } from '../../foundation/errors.js'
import type { Log } from '../../foundation/log.js'
import { type ChangeLedger, findRetainedChanges } from '../../store/db/change-ledger.js'
import type { Db } from '../../store/db/db.js'
import { NUMBERED_STEPS_PER_REQUEST } from '../../work/standing/changes/number.js'

const POLL_INTERVAL_MS = 500
const STREAMS_EACH = 5
const STREAMS_MOST = 1_000

export interface NumberedFeed {
  ledger: ChangeLedger
  number(db: Db, now: Date, steps: number): Promise<number>
}

export interface ChangeStream {
  feed: NumberedFeed
  client: string
  /** Client or seat. */
  reader: string
  after: number
  /** Sends a heartbeat after silence. Returns at once while an earlier call sends. Never throws. */
  turn(last: number): Promise<void>
  end(reason: 'DRAINING'): void
}

export type ChangeStreams = ReturnType<typeof makeChangeStreams>

export const makeChangeStreams = ({
  db,
  now,
  log,
  leaving,
}: {
  db: Db
  now: () => Date
  log: Log
  leaving: AbortSignal
}) => {
  const open = new Set<ChangeStream>()
  let timer: NodeJS.Timeout | null = null

  const look = async (): Promise<void> => {
    for (const feed of new Set([...open].map((stream) => stream.feed))) {
      await feed.number(db, now(), NUMBERED_STEPS_PER_REQUEST)
      const heard = [...open].filter((stream) => stream.feed === feed)
      const reaches = await findRetainedChanges(db, feed.ledger, [...new Set(heard.map(({ reader }) => reader))])
      for (const stream of heard) void stream.turn(reaches.get(stream.reader)?.last ?? 0)
    }
  }
  const wait = (): void => {
    timer = setTimeout(async () => {
      await look().catch((error) => log.warn({ reason: reasonOf(error) }, 'changes could not be looked for'))
      timer = null
      if (open.size > 0 && !leaving.aborted) wait()
    }, POLL_INTERVAL_MS)
    timer.unref()
  }

  const end = (): void => {
    if (timer !== null) clearTimeout(timer)
    for (const stream of open) stream.end('DRAINING')
    open.clear()
  }
  leaving.addEventListener('abort', end, { once: true })

  return {
    /** Returns how to remove the stream. Refusals STREAMS_MOST, STOPPING. */
    add: (stream: ChangeStream) => {
      if (leaving.aborted) throw new Refusal('STOPPING')
      const ofClient = [...open].filter(({ client }) => client === stream.client).length
      if (ofClient >= STREAMS_EACH) throw new Refusal('STREAMS_MOST', { limit: STREAMS_EACH })
      if (open.size >= STREAMS_MOST) throw new Refusal('STREAMS_MOST', { limit: STREAMS_MOST })
      open.add(stream)
      if (timer === null) wait()
      return () => open.delete(stream)
    },
  }
}
