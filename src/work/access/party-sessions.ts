/** The browser holds a cookie, never the access code. */
import { createHash } from 'node:crypto'
import type { Viewer } from '../../domain/access/viewer.js'
import { newSecret } from '../../foundation/keys.js'
import * as store from '../../store/access/party-sessions.js'
import type { Db } from '../../store/db/db.js'

const IDLE_MS = 30 * 60_000
const SESSION_MS = 2 * 3_600_000

export interface SignedInParty {
  cookie: string
  viewer: Viewer
  endsAt: Date
}

export const beginPartySession = async (
  db: Db,
  { code, grant, before, now }: { code: string; grant: number; before: string | null; now: Date },
): Promise<SignedInParty> => {
  // Never reuse the request's cookie (session fixation).
  const cookie = newSecret()
  const endsAt = new Date(now.getTime() + SESSION_MS)
  await store.start(db, { mark: markOf(cookie), grant, before: before && markOf(before), now, endsAt })
  return { cookie, viewer: viewerOf(code, grant), endsAt }
}

export const partyOfCookie = async (db: Db, cookie: string, now: Date): Promise<SignedInParty | null> => {
  const session = await store.use(db, markOf(cookie), IDLE_MS, now)
  return session && { cookie, viewer: viewerOf(session.code, session.grant), endsAt: session.endsAt }
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
