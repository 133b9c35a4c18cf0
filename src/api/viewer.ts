/** From a request's token to its viewer. No token: the public. A bad token refuses the whole request. */
import type { IncomingHttpHeaders } from 'node:http'
import { type Act, isRole, may, PUBLIC, type Viewer } from '../domain/viewer.js'
import { Refusal } from '../errors.js'
import type { Keys } from '../keys.js'
import * as accessCodes from '../store/access-codes.js'
import type { ApiParts } from './parts.js'

/** Refusal UNAUTHENTICATED for a token that is not good: nobody shall believe to be signed in who is not. */
export const viewerOf = (headers: IncomingHttpHeaders, keys: Pick<Keys, 'verify'>, now: Date): Viewer => {
  const { authorization } = headers
  if (authorization === undefined) return PUBLIC
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization.trim())?.[1]
  if (token === undefined) throw new Refusal('UNAUTHENTICATED', { reason: '应为 Bearer 令牌 not a Bearer token' })
  const { role, ...claims } = keys.verify(token, now.getTime())
  if (!isRole(role) || role === 'public')
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌中的角色未知 unknown role' })
  return { role, ...claims }
}

/** As `viewerOf`; a party's token is no longer good than the access code for which it was given. */
export const admit = async (
  headers: IncomingHttpHeaders,
  { db, keys }: Pick<ApiParts, 'db'> & { keys: Pick<Keys, 'verify'> },
  now: Date,
): Promise<Viewer> => {
  const viewer = viewerOf(headers, keys, now)
  if (viewer.grant === undefined || (await accessCodes.opens(db, viewer.grant, viewer.sub ?? ''))) return viewer
  throw new Refusal('UNAUTHENTICATED', { reason: '访问码已失效 its access code is no longer good' })
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
