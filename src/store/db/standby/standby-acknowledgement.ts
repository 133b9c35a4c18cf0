import { setTimeout as after } from 'node:timers/promises'
import { reasonOf } from '../../../foundation/errors.js'
import type { Log } from '../../../foundation/log.js'
import { type Db, queryOne, queryRows } from '../db.js'
import { makeWait, repeatUntilServed } from '../primary.js'
import { LEASE_MS } from './standby-lease.js'

const MARGIN_MS = 1_000
const HOLD_MS = LEASE_MS + MARGIN_MS
const WAIT_MS = 25
const NEVER_PROMOTED = '00000001'

/** No row of a reader is lost where commits wait for a standby. */
const LOSSLESS = `(current_setting('synchronous_standby_names') <> '' and current_setting('synchronous_commit') not in ('off', 'local'))`

interface RequestedBeats {
  server: string
  timeline: string
  lossless: boolean
  readers: { reader: string; beat: number; renewals: number }[]
}

export const makeAcknowledgementWait = (db: Db, log: Log) => {
  const knownSince = new Map<string, number>()
  const heldUntil = ({ server, timeline, lossless }: RequestedBeats): number => {
    const since = knownSince.get(server) ?? performance.now()
    knownSince.set(server, since)
    return timeline === NEVER_PROMOTED || lossless ? 0 : since + HOLD_MS
  }
  const requestBeat = async (end: number): Promise<void> => {
    const found = await queryOne<RequestedBeats>(
      db,
      `with asked as (update standby_readers set beat = beat + 1, asked = beat + 1 returning reader, beat, renewals)
       select (select system_identifier from pg_control_system()) || ' ' || database_timeline() as server, database_timeline() as timeline,
         ${LOSSLESS} as lossless, (select coalesce(jsonb_agg(a), '[]') from asked a) as readers /* standby.ask */`,
    )
    const { readers } = found
    const until = heldUntil(found)
    const wanted = JSON.stringify(readers)
    const late = (): Promise<object[]> =>
      queryRows(
        db,
        `select 1 from jsonb_to_recordset(:wanted::jsonb) as a(reader uuid, beat bigint)
         join standby_readers r on r.reader = a.reader and r.seen < a.beat /* standby.late */`,
        { wanted },
      )
    for (let isLate = readers.length > 0; ; await after(WAIT_MS)) {
      isLate &&= (await late()).length > 0
      const now = performance.now()
      if (!isLate && now >= Math.min(until, end)) return
      if (now >= end) break
    }
    const gone = await queryRows(
      db,
      `delete from standby_readers r using jsonb_to_recordset(:wanted::jsonb) as a(reader uuid, renewals bigint)
       where r.reader = a.reader and r.renewals = a.renewals returning r.reader /* standby.cutOff */`,
      { wanted },
    )
    log.warn({ gone: gone.length }, 'a reader on a standby did not confirm; its lease has run out')
  }
  const awaitAllReaders = async (): Promise<void> => {
    const end = performance.now() + HOLD_MS
    const mayAskAgain = (error: unknown): boolean => {
      log.warn({ reason: reasonOf(error) }, 'readers on standbys could not be asked')
      return performance.now() < end
    }
    // Errors after `end` do not matter: the leases have run out (7).
    await repeatUntilServed(() => requestBeat(end), mayAskAgain, { wait: makeWait(HOLD_MS) }).catch(() => undefined)
  }
  // The first wait notes since when this server is known (11).
  void awaitAllReaders()
  return awaitAllReaders
}
