import express, { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { GraphqlEndpoint } from '../api/graphql/execution.js'
import { auditRefusedSignIn, writeAuditRow } from '../api/request/audit-rows.js'
import { CLEARED_SESSION_COOKIE, checkCsrfToken, readSessionCookie, refuseCrossSite } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { refuseOtherMethods, sendProblem } from '../api/request/problem-details.js'
import type { SignInLimits } from '../api/request/rate-limit.js'
import { getRequestContext, type HttpRequestContext } from '../api/request/request-context.js'
import { requireSignedIn, viewerOfSession } from '../api/request/viewer.js'
import { type Act, may, ROLES_BY_ACT, type Viewer } from '../domain/access/viewer.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { isRecord } from '../foundation/text/json.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { deskPagesRouter } from '../web/built-pages.js'
import * as lockouts from '../work/access/lockouts.js'
import { askForPasskey, findPasskeyHolder, relyingPartyOf } from '../work/access/passkeys.js'
import { findPersonByTypedName } from '../work/access/people.js'
import { askForFactor } from '../work/access/second-factors.js'
import * as sessions from '../work/access/sessions.js'
import { type SignInParts, signIn, signInWithPasskey } from '../work/access/sign-in.js'
import { nameOfAgencyIn } from '../work/matters/kinds.js'
import { addAccountRoutes, setSessionCookie } from './account.js'
import { makeCaseFileHandler } from './case-file.js'
import { makeProblem } from './error-answers.js'
import { makeExportHandler } from './exports.js'
import { makeFirstSetupRouter } from './first-setup.js'

const BODY_LIMIT = '16kb'
const CREDENTIAL_CHARACTERS_MOST = 256
/** Refusals after the right password: the attempt does not count as a guess. */
const PASSWORD_WAS_RIGHT = [
  'ACCOUNT_PENDING',
  'ACCOUNT_ASLEEP',
  'ADDRESS_REFUSED',
  'PASSWORD_TO_CHOOSE',
  'PASSWORD_AGED',
  'PASSWORD_WEAK',
  'SECOND_FACTOR_NEEDED',
]

export const makeDeskRouter = (
  parts: ApiDependencies,
  { person: limit, passkey: passkeyLimit }: Pick<SignInLimits, 'person' | 'passkey'>,
  graphql: Pick<GraphqlEndpoint, 'ask' | 'labelOf'>,
): Router => {
  const { keys, secondFactor: policy, administratorNetworks = [] } = parts
  const party = relyingPartyOf(parts.publicUrl ?? 'http://localhost')
  const signInParts = ({ now, log }: HttpRequestContext): SignInParts => ({
    ...{ keys, policy, party, administratorNetworks, now, log },
  })

  const open = async (response: Response, session: sessions.PersonSession, asked: string): Promise<void> => {
    await writeAuditRow(parts, getRequestContext(response.req), session.viewer, { kind: 'TOKEN', asked })
    setSessionCookie(response, session)
    response.json(sessionView(session, parts))
  }

  const login: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const { passkey, ...given } = credentialsIn(request.body)
    const own = getRequestContext(request)
    const place = placeOf(request)
    const { name = '', password = '', newPassword = null, code = null } = given
    if (name === '' && passkey !== null) return loginByPasskey(response, passkey)
    if (name === '' || password === '')
      throw new Refusal('INPUT_INVALID', { reason: '需要 name 和 password name and password are needed' })
    const { address, now, db } = own
    const proven = await lockouts.isProven(db, { kind: 'PERSON', name, address }, keys.pseudonymOf, now)
    const giveBack = await limited(own, name, async () =>
      limit.take([`${name} ${address}`, address], parts.now(), proven),
    )
    const input = { name, password, newPassword, code, passkey, place, proven }
    try {
      const session = await limited(own, name, () => signIn(db, input, signInParts(own)))
      giveBack()
      await open(response, session, 'POST /desk/login')
    } catch (error) {
      if (!isRefusal(error)) throw error
      if (PASSWORD_WAS_RIGHT.includes(error.code)) giveBack()
      if (error.code !== 'SECOND_FACTOR_NEEDED') throw error
      const beside = await askForFactor(db, (await findPersonByTypedName(db, name))?.id ?? name, signInParts(own))
      sendProblem(response, { ...makeProblem(error), beside })
    }
  }

  const loginByPasskey = async (response: Response, passkey: unknown): Promise<void> => {
    const own = getRequestContext(response.req)
    const input = { passkey, place: placeOf(response.req) }
    const named = (await findPasskeyHolder(own.db, passkey)) ?? ''
    const session = await limited(own, named, async () => {
      const giveBack = passkeyLimit.take([own.address], parts.now())
      const opened = await signInWithPasskey(own.db, input, signInParts(own))
      giveBack()
      return opened
    })
    await open(response, session, 'POST /desk/login passkey')
  }

  const challenge: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const own = getRequestContext(request)
    passkeyLimit.take([own.address], parts.now())
    response.json(await askForPasskey(own.db, null, signInParts(own)))
  }

  const limited = async <T>(requestContext: HttpRequestContext, name: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      if (!isRefusal(error)) throw error
      const person = await findPersonByTypedName(requestContext.db, name)
      const attempt = { name: person?.id ?? name, known: person !== null }
      await auditRefusedSignIn(parts, requestContext, { door: 'POST /desk/login', ...attempt, code: error.code })
      throw error
    }
  }

  const present: RequestHandler = async (request, response) => {
    const signedIn = await mine(request)
    if (signedIn === null) throw new Refusal('UNAUTHENTICATED', { reason: '未登录 not signed in' })
    response.json(sessionView(signedIn, parts))
  }

  const logout: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const signedIn = await mine(request)
    if (signedIn !== null) {
      const own = getRequestContext(request)
      checkCsrfToken(request, (token) => sessions.csrfTokenMatches(signedIn.cookie, token))
      await writeAuditRow(parts, own, signedIn.viewer, { kind: 'SIGN_OUT', asked: 'POST /desk/logout' })
      await sessions.signOut(own.db, signedIn.cookie, own.now)
    }
    response.set('Set-Cookie', CLEARED_SESSION_COOKIE).status(204).end()
  }

  const mine = async (request: Request): Promise<sessions.PersonSession | null> => {
    const cookie = readSessionCookie(request.headers)
    const { db, now } = getRequestContext(request)
    return cookie === null ? null : sessions.sessionOfCookie(db, cookie, { now, policy })
  }

  const signedInPerson = async (request: Request): Promise<Viewer> => {
    const viewer = await viewerOfSession(request, getRequestContext(request), { now: parts.now(), policy })
    requireSignedIn(viewer)
    return viewer
  }

  const router = Router()
  router.use(makeFirstSetupRouter(parts, limit))
  const bodies = [express.json({ limit: BODY_LIMIT }), express.urlencoded({ extended: false, limit: BODY_LIMIT })]
  router.use('/desk/session', noStore)
  router.post('/desk/login', noStore, ...bodies, login)
  router.post('/desk/login/passkey', noStore, challenge)
  router.post('/desk/logout', noStore, logout)
  router.get('/desk/session', present)
  addAccountRoutes(router, parts, { mine, limit, signInParts, sessionView: (session) => sessionView(session, parts) })
  router.post(
    '/desk/case-file',
    noStore,
    express.json({ limit: BODY_LIMIT }),
    makeCaseFileHandler(parts, graphql, signedInPerson),
  )
  router.post(
    '/desk/export',
    noStore,
    express.json({ limit: BODY_LIMIT }),
    makeExportHandler(parts, graphql, signedInPerson),
  )
  router.all(
    ['/desk/login', '/desk/login/passkey', '/desk/logout', '/desk/export', '/desk/case-file'],
    refuseOtherMethods('POST'),
  )
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

const placeOf = (request: Request): sessions.SignInPlace => ({
  address: getRequestContext(request).address,
  userAgent: request.headers['user-agent'] ?? '',
  cookie: readSessionCookie(request.headers),
})

const sessionView = (
  { viewer, cookie, endsAt, stage }: sessions.PersonSession,
  { demo, now, agencies, office }: Pick<ApiDependencies, 'demo' | 'now' | 'agencies' | 'office'>,
) => ({
  name: viewer.sub,
  role: viewer.role,
  agency: viewer.agency,
  agencyName: nameOfAgencyIn(agencies, viewer, shanghaiDate(now()))?.zh ?? null,
  region: viewer.region,
  csrfToken: sessions.csrfTokenOf(cookie),
  endsAt: endsAt.toISOString(),
  idleMs: sessions.sessionIdleMs(now()),
  acts: stage === 'FULL' ? (Object.keys(ROLES_BY_ACT) as Act[]).filter((act) => may(viewer, act)) : [],
  demo,
  trial: office.onTrial(),
  stage,
})

type SignInField = 'name' | 'password' | 'newPassword' | 'code'

const credentialsIn = (body: unknown): Partial<Record<SignInField, string>> & { passkey: object | null } => {
  const own = new Map(Object.entries(isRecord(body) ? body : {}))
  const read = (field: SignInField): Partial<Record<SignInField, string>> => {
    const value = own.get(field)
    if (value === undefined || value === '') return {}
    if (typeof value === 'string' && value.length <= CREDENTIAL_CHARACTERS_MOST && !value.includes('\0'))
      return { [field]: value }
    throw new Refusal('INPUT_INVALID', { reason: `${field} 须为一个文本 must be one text` })
  }
  const passkey = own.get('passkey')
  return {
    ...{ ...read('name'), ...read('password'), ...read('newPassword'), ...read('code') },
    passkey: isRecord(passkey) ? passkey : null,
  }
}

const withRetryAfter: ErrorRequestHandler = (error: unknown, _request, response: Response, next) => {
  if (isRefusal(error) && error.code === 'TOO_MANY_REQUESTS')
    response.set('Retry-After', String(error.details['retryAfter']))
  next(error)
}
