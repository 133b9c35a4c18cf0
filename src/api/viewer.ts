/** From a request's token or session to its viewer. Neither: the public. A bad one refuses the whole request. */
import type { IncomingMessage } from 'node:http'
import { type Act, isBounded, isRole, may, mayIn, PUBLIC, type Viewer } from '../domain/viewer.js'
import { isRefusal, Refusal } from '../errors.js'
import type { Keys } from '../keys.js'
import * as accessCodes from '../store/access-codes.js'
import * as people from '../work/people.js'
import { checkToken, cookieIn } from './cookies.js'
import type { ApiParts } from './parts.js'

/** Refusals: UNAUTHENTICATED for a token or session that is not good, CSRF_REFUSED, QUOTA_EXCEEDED: nobody shall believe to be signed in who is not. */
export const admit = async (request: IncomingMessage, parts: Admitting, now: Date): Promise<Viewer> => {
  try {
    const viewer = await viewerOf(request, parts, now)
    parts.quotas.charge(request, viewer.sub, now)
    return viewer
  } catch (error) {
    // Of whoever shows what is not good nothing is known but its address.
    if (isRefusal(error) && error.status !== 429) parts.quotas.charge(request, null, now)
    throw error
  }
}

type Admitting = Pick<ApiParts, 'db' | 'revocations' | 'quotas'> & { keys: Pick<Keys, 'verify'> }

/** Who asks, without being counted: also of an answer that goes on, whether it still is. */
export const viewerOf = async (
  request: IncomingMessage,
  { db, keys, revocations }: Admitting,
  now: Date,
): Promise<Viewer> => {
  const { authorization } = request.headers
  if (authorization === undefined) return ofSession(request, db, now)
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization.trim())?.[1]
  if (token === undefined) throw new Refusal('UNAUTHENTICATED', { reason: '应为 Bearer 令牌 not a Bearer token' })
  const { role, jti, issuedAt, expiresAt: _, ...claims } = keys.verify(token, now.getTime())
  if (!isRole(role) || role === 'public')
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌中的角色未知 unknown role' })
  if (await revocations.concern({ jti, sub: claims.sub, issuedAt }, now))
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌已被撤销 revoked' })
  // A party's token is no longer good than the access code for which it was given.
  if (claims.grant !== undefined && !(await accessCodes.opens(db, claims.grant, claims.sub)))
    throw new Refusal('UNAUTHENTICATED', { reason: '访问码已失效 its access code is no longer good' })
  return { role, ...claims }
}

/**
 * No cookie: the public; but whoever carries the token of a session without its cookie, for the browser has let go of it, is
 * told, and not answered as the public would be. What may change something must show, besides, that a page of the hub asks.
 */
const ofSession = async (request: IncomingMessage, db: ApiParts['db'], now: Date): Promise<Viewer> => {
  const cookie = cookieIn(request.headers)
  if (cookie === null && request.headers['x-csrf-token'] === undefined) return PUBLIC
  const signedIn = cookie === null ? null : await people.signedInBy(db, cookie, now)
  if (cookie === null || signedIn === null)
    throw new Refusal('UNAUTHENTICATED', { reason: '登录已失效 the session has ended' })
  checkToken(request, (given) => people.csrfMatches(cookie, given))
  return signedIn.viewer
}

/** For fields that need a token at all; what a token then shows is each field's own. */
export const signedIn = (viewer: Viewer): void => {
  if (viewer.sub === null) throw new Refusal('UNAUTHENTICATED', { reason: '未提供令牌 no token was given' })
}

/** For fields whose existence is no secret: the viewer is told that it may not. */
export const allow = (viewer: Viewer, act: Act): void => {
  signedIn(viewer)
  if (!may(viewer, act)) throw new Refusal('FORBIDDEN')
}

/**
 * As `allow`, for an act about one operator: whoever a region bounds acts on that region's alone. It is looked for only where
 * there is such a bound; one that is not there is refused by the deed itself.
 */
export const allowOn = async (
  viewer: Viewer,
  act: Act,
  operator: () => Promise<{ region: string | null } | null | undefined>,
): Promise<void> => {
  allow(viewer, act)
  if (!isBounded(viewer)) return
  const found = await operator()
  if (found && !mayIn(viewer, act, found.region)) throw new Refusal('FORBIDDEN')
}
