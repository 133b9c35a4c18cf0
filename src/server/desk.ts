import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import { auditRefusedSignIn, writeAuditRow } from '../api/request/audit-rows.js'
import {
  CLEARED_SESSION_COOKIE,
  checkCsrfToken,
  formatSessionCookie,
  readSessionCookie,
  refuseCrossSite,
} from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { refuseOtherMethods } from '../api/request/problem-details.js'
import type { RateLimit } from '../api/request/rate-limit.js'
import { getRequestContext, type HttpRequestContext } from '../api/request/request-context.js'
import { type Act, may, ROLES_BY_ACT } from '../domain/access/viewer.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { deskPagesRouter } from '../web/built-pages.js'
import * as lockouts from '../work/access/lockouts.js'
import * as people from '../work/access/people.js'

const BODY_LIMIT = '16kb'
const CREDENTIAL_CHARACTERS_MOST = 256

export const makeDeskRouter = (parts: ApiDependencies, limit: RateLimit): Router => {
  const { keys } = parts

  const login: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const { name, password, newPassword } = credentialsIn(request.body)
    const requestContext = getRequestContext(request)
    const { address, now, log, db } = requestContext
    const whence = `${name} ${address}`
    const proven = await lockouts.isProven(db, { kind: 'PERSON', name, address }, keys.mark, now)
    const giveBack = await limited(requestContext, name, async () => limit.take([whence, address], now, proven))
    const asking = { name, password, newPassword, address, proven, cookie: readSessionCookie(request.headers) }
    const signedIn = await limited(requestContext, name, () =>
      people.signIn(db, asking, { mark: keys.mark, now, log }),
    ).catch((error) => {
      // The password was right, so the attempt does not count as a guess.
      if (isRefusal(error) && ['ACCOUNT_PENDING', 'PASSWORD_TO_CHOOSE', 'PASSWORD_WEAK'].includes(error.code))
        giveBack()
      throw error
    })
    giveBack()
    await writeAuditRow(parts, requestContext, signedIn.viewer, { kind: 'TOKEN', asked: 'POST /desk/login' })
    const seconds = Math.floor((signedIn.endsAt.getTime() - now.getTime()) / 1_000)
    response.set('Set-Cookie', formatSessionCookie(signedIn.cookie, seconds)).json(sessionView(signedIn, parts))
  }

  const limited = async <T>(requestContext: HttpRequestContext, name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!isRefusal(error)) throw error
      const known = (await people.findPerson(requestContext.db, name)) !== null
      await auditRefusedSignIn(parts, requestContext, { door: 'POST /desk/login', name, known, code: error.code })
      throw error
    }
  }

  const present: RequestHandler = async (request, response) => {
    const signedIn = await mine(request)
    if (signedIn === null) throw new Refusal('UNAUTHENTICATED', { reason: '未登录 not signed in' })
    response.json(sessionView(signedIn, parts))
  }

  const logout: RequestHandler = async (request, response) => {
    const signedIn = await mine(request)
    if (signedIn !== null) {
      checkCsrfToken(request, (token) => people.csrfTokenMatches(signedIn.cookie, token))
      await writeAuditRow(parts, getRequestContext(request), signedIn.viewer, {
        kind: 'SIGN_OUT',
        asked: 'POST /desk/logout',
      })
      await people.signOut(getRequestContext(request).db, signedIn.cookie, getRequestContext(request).now)
    }
    response.set('Set-Cookie', CLEARED_SESSION_COOKIE).status(204).end()
  }

  const mine = async (request: Request): Promise<people.PersonSession | null> => {
    const cookie = readSessionCookie(request.headers)
    return cookie === null
      ? null
      : people.sessionOfCookie(getRequestContext(request).db, cookie, getRequestContext(request).now)
  }

  const router = Router()
  const bodies = [express.json({ limit: BODY_LIMIT }), express.urlencoded({ extended: false, limit: BODY_LIMIT })]
  router.post('/desk/login', noStore, ...bodies, login)
  router.post('/desk/logout', noStore, logout)
  router.get('/desk/session', noStore, present)
  router.all(['/desk/login', '/desk/logout'], refuseOtherMethods('POST'))
  router.all('/desk/session', refuseOtherMethods('GET'))
  const session = async (request: Request) => {
    const signedIn = await mine(request)
    return signedIn && sessionView(signedIn, parts)
  }
  router.use('/desk', deskPagesRouter(session))
  router.use('/desk', withRetryAfter)
  return router
}

const noStore: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store')
  next()
}

const sessionView = ({ viewer, cookie, endsAt }: people.PersonSession, { demo }: Pick<ApiDependencies, 'demo'>) => ({
  name: viewer.sub,
  role: viewer.role,
  agency: viewer.agency,
  region: viewer.region,
  csrfToken: people.csrfTokenOf(cookie),
  endsAt: endsAt.toISOString(),
  idleMs: people.SESSION_IDLE_MS,
  acts: (Object.keys(ROLES_BY_ACT) as Act[]).filter((act) => may(viewer, act)),
  demo,
})

const credentialsIn = (body: unknown): { name: string; password: string; newPassword: string | null } => {
  const read = (field: string): string | null => {
    const value: unknown =
      body !== null && typeof body === 'object' && Object.hasOwn(body, field)
        ? (body as Record<string, unknown>)[field]
        : undefined
    if (value === undefined || value === '') return null
    if (typeof value === 'string' && value.length <= CREDENTIAL_CHARACTERS_MOST && !value.includes('\0')) return value
    throw new Refusal('INPUT_INVALID', { reason: `${field} 须为一个文本 must be one text` })
  }
  const [name, password] = [read('name'), read('password')]
  if (name === null || password === null)
    throw new Refusal('INPUT_INVALID', { reason: '需要 name 和 password name and password are needed' })
  return { name, password, newPassword: read('newPassword') }
}

const withRetryAfter: ErrorRequestHandler = (error: unknown, _request, response: Response, next) => {
  if (isRefusal(error) && error.code === 'TOO_MANY_REQUESTS')
    response.set('Retry-After', String(error.details['retryAfter']))
  next(error)
}
