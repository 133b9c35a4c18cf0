import type { IncomingMessage } from 'node:http'
import type { SecondFactorPolicy } from '../../domain/access/sign-in.js'
import {
  type Act,
  isRegionBound,
  isRole,
  may,
  mayInRegion,
  maySeeOperator,
  PUBLIC_VIEWER,
  seesOnlySomeFiles,
  type Viewer,
} from '../../domain/access/viewer.js'
import { isRefusal, Refusal } from '../../foundation/errors.js'
import * as accessCodes from '../../store/access/access-codes.js'
import type { Db } from '../../store/db/db.js'
import { csrfTokenMatches, sessionOfCookie } from '../../work/access/sessions.js'
import type { GraphqlContext } from './context.js'
import { checkCsrfToken, readSessionCookie } from './cookies.js'
import type { ApiDependencies } from './dependencies.js'
import { getRequestContext } from './request-context.js'

type ViewerDependencies = Pick<ApiDependencies, 'answerPath' | 'revocations' | 'secondFactor'>

/** Refusals UNAUTHENTICATED, CSRF_REFUSED, SECOND_FACTOR_TO_ENROL, QUOTA_EXCEEDED. */
export const admitViewer = async (
  request: IncomingMessage,
  parts: ViewerDependencies & Pick<ApiDependencies, 'quotas'>,
): Promise<Viewer> => {
  const own = getRequestContext(request)
  try {
    const viewer = await identifyViewer(request, parts, { own, now: own.now })
    own.role = viewer.role
    parts.quotas.charge(own, viewer.sub)
    return viewer
  } catch (error) {
    // An unidentified caller is charged by IP address.
    if (isRefusal(error) && error.status !== 429) parts.quotas.charge(own, null)
    throw error
  }
}

interface ViewerLookup {
  own: { readonly db: Db }
  now: Date
  /** The token must not have expired at this instant; default `now`. */
  tokenAt?: Date
}

export const identifyViewer = async (
  request: IncomingMessage,
  { answerPath, revocations, secondFactor }: ViewerDependencies,
  { own, now, tokenAt = now }: ViewerLookup,
): Promise<Viewer> => {
  const { authorization } = request.headers
  if (authorization === undefined) return viewerOfSession(request, own, { now, policy: secondFactor })
  const token = /^Bearer +([\w.~+/=-]+)$/i.exec(authorization.trim())?.[1]
  if (token === undefined) throw new Refusal('UNAUTHENTICATED', { reason: '应为 Bearer 令牌 not a Bearer token' })
  const { role, jti, issuedAt, expiresAt: _, ...claims } = answerPath.verify(token, tokenAt.getTime())
  if (!isRole(role) || role === 'public')
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌中的角色未知 unknown role' })
  if (await revocations.concern({ jti, sub: claims.sub, issuedAt }, now))
    throw new Refusal('UNAUTHENTICATED', { reason: '令牌已被撤销 revoked' })
  if (claims.grant !== undefined && !(await accessCodes.opensFileOf(own.db, claims.grant, claims.sub)))
    throw new Refusal('UNAUTHENTICATED', { reason: '登录码已失效 its access code is no longer good' })
  return { role, ...claims }
}

/**
 * A CSRF token without its cookie means a dropped session and is refused. Refusals UNAUTHENTICATED, CSRF_REFUSED,
 * SECOND_FACTOR_TO_ENROL.
 */
export const viewerOfSession = async (
  request: IncomingMessage,
  own: ViewerLookup['own'],
  terms: { now: Date; policy: SecondFactorPolicy },
): Promise<Viewer> => {
  const cookie = readSessionCookie(request.headers)
  if (cookie === null && request.headers['x-csrf-token'] === undefined) return PUBLIC_VIEWER
  const signedIn = cookie === null ? null : await sessionOfCookie(own.db, cookie, terms)
  if (cookie === null || signedIn === null)
    throw new Refusal('UNAUTHENTICATED', { reason: '登录已失效 the session has ended' })
  checkCsrfToken(request, (token) => csrfTokenMatches(cookie, token))
  if (signedIn.stage === 'ENROLMENT') throw new Refusal('SECOND_FACTOR_TO_ENROL')
  return signedIn.viewer
}

/**
 * Throws UNAUTHENTICATED when a long request's token was revoked or its session ended; an expired token is accepted.
 */
export const recheckAdmission = async (
  request: IncomingMessage,
  parts: ViewerDependencies & Pick<ApiDependencies, 'now'>,
  viewer: Viewer,
): Promise<void> => {
  if (viewer.sub === null) return
  const own = getRequestContext(request)
  const still = await identifyViewer(request, parts, { own, now: parts.now(), tokenAt: own.now })
  if (still.sub !== viewer.sub || still.role !== viewer.role)
    throw new Refusal('UNAUTHENTICATED', { reason: '身份已变更 it is another now' })
}

export const requireSignedIn = (viewer: Viewer): void => {
  if (viewer.sub === null) throw new Refusal('UNAUTHENTICATED', { reason: '未提供令牌 no token was given' })
}

/** Throws UNAUTHENTICATED or FORBIDDEN, which reveal that the field exists. */
export const requireAct = (viewer: Viewer, act: Act): void => {
  requireSignedIn(viewer)
  if (!may(viewer, act)) throw new Refusal('FORBIDDEN')
}

/** An id that matches nothing: missing and forbidden objects take equally long. */
export const NO_ID = 0
export const NO_SUBJECT = '00000000-0000-0000-0000-000000000000'

type OperatorGuardContext = Pick<GraphqlContext, 'viewer' | 'load'>

/** True also for a missing operator: the act itself refuses it. */
export const isInViewersRegion = async (
  { viewer, load }: OperatorGuardContext,
  act: Act,
  operatorId: () => Promise<number | undefined>,
): Promise<boolean> => {
  if (!isRegionBound(viewer)) return true
  const operator = await load.operator((await operatorId()) ?? NO_ID)
  return operator === null || mayInRegion(viewer, act, operator.region)
}

export const seesOperator = async ({ viewer, load }: OperatorGuardContext, id: number | null): Promise<boolean> =>
  !seesOnlySomeFiles(viewer) || maySeeOperator(viewer, await load.operator(id ?? NO_ID))

export const seesSubject = async ({ viewer, load }: OperatorGuardContext, subject: string): Promise<boolean> =>
  !seesOnlySomeFiles(viewer) || seesOperator({ viewer, load }, await load.ownerOf(subject))
