/** A party at its own door, from the access code that it typed until it leaves: what a browser holds is a cookie, never the code. */
import { createHash } from 'node:crypto'
import type { Viewer } from '../../domain/access/viewer.js'
import { newSecret } from '../../foundation/keys.js'
import * as store from '../../store/access/party-sessions.js'
import type { Db } from '../../store/db/db.js'

/** After so long without a request a session has ended; and after so long in any case, milliseconds: an application is written by hand. */
export const IDLE_MS = 30 * 60_000
export const SESSION_MS = 2 * 3_600_000

export interface PartySignedIn {
  /** The value of its cookie. */
  cookie: string
  viewer: Viewer
  endsAt: Date
}

/** `grant`: the access code whose token was given. `before`: the cookie of a session that ends by this; null: none. */
export const begin = async (
  db: Db,
  { code, grant, before, now }: { code: string; grant: number; before: string | null; now: Date },
): Promise<PartySignedIn> => {
  // Never one that came with the request: what somebody else has laid down there opens nothing.
  const cookie = newSecret()
  const endsAt = new Date(now.getTime() + SESSION_MS)
  await store.start(db, { mark: markOf(cookie), grant, before: before && markOf(before), now, endsAt })
  return { cookie, viewer: viewerOf(code, grant), endsAt }
}

/** Who is signed in by this cookie; null: nobody. */
export const signedInBy = async (db: Db, cookie: string, now: Date): Promise<PartySignedIn | null> => {
  const found = await store.use(db, markOf(cookie), IDLE_MS, now)
  return found && { cookie, viewer: viewerOf(found.code, found.grant), endsAt: found.endsAt }
}

export const signOut = (db: Db, cookie: string, now: Date): Promise<void> => store.end(db, markOf(cookie), now)

const viewerOf = (code: string, grant: number): Viewer => ({
  role: 'party',
  sub: code,
  agency: null,
  region: null,
  grant,
})

const markOf = (cookie: string): string => createHash('sha256').update(cookie).digest('hex')
