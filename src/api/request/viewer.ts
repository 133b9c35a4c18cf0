/** From a request's token or session to its viewer. Neither: the public. A bad one refuses the whole request. */
import type { IncomingMessage } from 'node:http'
import {
  type Act,
  isBounded,
  isNarrow,
  isRole,
  may,
  mayIn,
  mayOperator,
  PUBLIC,
  type Role,
  type Viewer,
} from '../../domain/access/viewer.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import type { Keys } from '../../foundation/keys.js'
import * as accessCodes from '../../store/access/access-codes.js'
import * as people from '../../work/access/people.js'
import type { Context } from './context.js'
import { checkToken, cookieIn } from './cookies.js'
import type { ApiParts } from './dependencies.js'
import { noted } from './per-request.js'

const roles = noted<Role>('role')

/** As whom a request was admitted; the public until it was. */
export const roleOf = (request: IncomingMessage): Role => roles.get(request) ?? PUBLIC.role

/** Refusals: UNAUTHENTICATED for a token or session that is not good, CSRF_REFUSED, QUOTA_EXCEEDED: nobody shall believe to be signed in who is not. */
export const admit = async (
  request: IncomingMessage,
  parts: Admitting & Pick<ApiParts, 'quotas'>,
  now: Date,
): Promise<Viewer> => {
  try {
    const viewer = await viewerOf(request, parts, now)
    roles.set(request, viewer.role)
    parts.quotas.charge(request, viewer.sub, now)
    return viewer
  } catch (error) {
    // Of whoever shows what is not good nothing is known but its address.
    if (isRefusal(error) && error.status !== 429) parts.quotas.charge(request, null, now)
    throw error
  }
}

type Admitting = Pick<ApiParts, 'db' | 'revocations'> & { keys: Pick<Keys, 'verify'> }

/** Who asks, without being counted: also of an answer that goes on, whether it still is. `db` is made when it is first read, and seldom is. */
export const viewerOf = async (request: IncomingMessage, parts: Admitting, now: Date): Promise<Viewer> => {
  const { keys, revocations } = parts
  const { authorization } = request.headers
  if (authorization === undefined) return ofSession(request, parts, now)
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization.trim())?.[1]
  if (token === undefined) throw new Refusal('UNAUTHENTICATED', { reason: '应为 Bearer 令牌 not a Bearer token' })
  const { role, jti, issuedAt, expiresAt: _, ...claims } = keys.verify(token, now.getTime())
  if (!isRole(role) || role === 'public')
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌中的角色未知 unknown role' })
  if (await revocations.concern({ jti, sub: claims.sub, issuedAt }, now))
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌已被撤销 revoked' })
  // A party's token is no longer good than the access code for which it was given.
  if (claims.grant !== undefined && !(await accessCodes.opens(parts.db, claims.grant, claims.sub)))
    throw new Refusal('UNAUTHENTICATED', { reason: '访问码已失效 its access code is no longer good' })
  return { role, ...claims }
}

/**
 * No cookie: the public; but whoever carries the token of a session without its cookie, for the browser has let go of it, is
 * told, and not answered as the public would be. What may change something must show, besides, that a page of the hub asks.
 */
const ofSession = async (request: IncomingMessage, parts: Pick<ApiParts, 'db'>, now: Date): Promise<Viewer> => {
  const cookie = cookieIn(request.headers)
  if (cookie === null && request.headers['x-csrf-token'] === undefined) return PUBLIC
  const signedIn = cookie === null ? null : await people.signedInBy(parts.db, cookie, now)
  if (cookie === null || signedIn === null)
    throw new Refusal('UNAUTHENTICATED', { reason: '登录已失效 the session has ended' })
  checkToken(request, (given) => people.csrfMatches(cookie, given))
  return signedIn.viewer
}

/**
 * Of a request whose body, or answer, takes its time: refuses what goes on with it once its token is revoked or its session over.
 * A token that ends by itself in the midst of it was good when it was asked. Refusal UNAUTHENTICATED.
 */
export const stillAdmitted = async (
  request: IncomingMessage,
  { db, keys, revocations }: Admitting,
  { viewer, began, now }: { viewer: Viewer; began: Date; now: Date },
): Promise<void> => {
  if (viewer.sub === null) return
  const asBegan = { verify: (token: string) => keys.verify(token, began.getTime()) }
  const still = await viewerOf(request, { db, keys: asBegan, revocations }, now)
  if (still.sub !== viewer.sub || still.role !== viewer.role)
    throw new Refusal('UNAUTHENTICATED', { reason: '身份已变更 it is another now' })
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
 * Of nothing: what is not there, and what stands for it where something is not for this viewer. It is looked up like anything
 * else, so that an answer about either takes as long.
 */
export const NONE = 0
export const NO_SUBJECT = '00000000-0000-0000-0000-000000000000'

type Asking = Pick<Context, 'viewer' | 'load'>

/**
 * Whether an act about one operator is for this viewer: whoever a region bounds acts on that region's alone, and another's is
 * not there. It is looked for only where there is such a bound; one that is not there is refused by the deed itself.
 */
export const isTheirs = async (
  { viewer, load }: Asking,
  act: Act,
  operatorId: () => Promise<number | undefined>,
): Promise<boolean> => {
  if (!isBounded(viewer)) return true
  const found = await load.operator((await operatorId()) ?? NONE)
  return found === null || mayIn(viewer, act, found.region)
}

/** Whether the file of this operator is there for the viewer; looked up only where that can differ. */
export const seesOperator = async ({ viewer, load }: Asking, id: number | null): Promise<boolean> =>
  !isNarrow(viewer) || mayOperator(viewer, await load.operator(id ?? NONE))

/** As `seesOperator`, of an entry of a list or a told record. */
export const seesSubject = async ({ viewer, load }: Asking, subject: string): Promise<boolean> =>
  !isNarrow(viewer) || seesOperator({ viewer, load }, await load.ownerOf(subject))
