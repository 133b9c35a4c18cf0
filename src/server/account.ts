/** Secrets are never in GraphQL, whose text is audited. */
import express, { type Request, type RequestHandler, type Response, type Router } from 'express'
import { writeAuditRow } from '../api/request/audit-rows.js'
import { checkCsrfToken, formatSessionCookie } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import type { RateLimit } from '../api/request/rate-limit.js'
import { getRequestContext, type HttpRequestContext } from '../api/request/request-context.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { isRecord } from '../foundation/text/json.js'
import * as account from '../work/access/own-account.js'
import * as factors from '../work/access/second-factors.js'
import { csrfTokenMatches, type PersonSession, sessionOfCookie } from '../work/access/sessions.js'
import { changeOwnPassword, proveOwnPassword, type SignInParts } from '../work/access/sign-in.js'

const BODY_LIMIT = '32kb'
const TEXT_MOST = 256

interface AccountParts {
  mine: (request: Request) => Promise<PersonSession | null>
  limit: RateLimit
  signInParts: (own: HttpRequestContext) => SignInParts
  sessionView: (session: PersonSession) => object
}

interface AccountAct {
  session: PersonSession
  body: Record<string, unknown>
  own: HttpRequestContext
  parts: SignInParts
  takeAttempt: () => () => void
}

/** `cookie` replaces the session's. */
type ActAnswer = { cookie?: string; [member: string]: unknown }

const textIn = ({ body }: AccountAct, field: string): string => {
  const value = Object.hasOwn(body, field) ? body[field] : undefined
  if (typeof value === 'string' && value !== '' && value.length <= TEXT_MOST && !value.includes('\0')) return value
  throw new Refusal('INPUT_INVALID', { reason: `需要 ${field} is needed` })
}

const numberIn = ({ body }: AccountAct, field: string): number | null => {
  const value = Object.hasOwn(body, field) ? body[field] : null
  if (value === null || Number.isSafeInteger(value)) return value as number | null
  throw new Refusal('INPUT_INVALID', { reason: `${field} 须为整数 must be a whole number` })
}

const withPassword = async <T>(act: AccountAct, work: (password: string) => Promise<T>): Promise<T> => {
  const password = textIn(act, 'password')
  const giveBack = act.takeAttempt()
  const done = await work(password)
  giveBack()
  return done
}

const ACTS: Record<string, (act: AccountAct) => Promise<ActAnswer>> = {
  'prove-password': (act) =>
    withPassword(act, async (password) => {
      const { own, session, parts } = act
      await proveOwnPassword(own.db, { session, password, address: own.address }, parts)
      await account.noteProof(own.db, session, own.now)
      return {}
    }),
  'change-password': (act) =>
    withPassword(act, async (password) => {
      const { own, session, parts } = act
      const given = { session, password, newPassword: textIn(act, 'newPassword'), address: own.address }
      return { cookie: await changeOwnPassword(own.db, given, parts) }
    }),
  'end-sessions': async (act) => {
    await account.endSessions(act.own.db, act.session, { number: numberIn(act, 'number'), now: act.own.now })
    return {}
  },
  'begin-passkey': async ({ own, session, parts }) => ({
    options: await factors.beginPasskey(own.db, session, parts),
  }),
  'add-passkey': async (act) => {
    const { own, session, parts, body } = act
    const { cookie, recoveryCodes } = await factors.enrolPasskey(
      own.db,
      session,
      { answer: body['passkey'], name: textIn(act, 'name') },
      parts,
    )
    return { cookie, recoveryCodes }
  },
  'begin-code': async ({ own, session, parts }) => ({ generator: await factors.beginCode(own.db, session, parts) }),
  'add-code': async (act) => {
    const { own, session, parts } = act
    const { cookie, recoveryCodes } = await factors.enrolCode(own.db, session, textIn(act, 'code'), parts)
    return { cookie, recoveryCodes }
  },
  'remove-factor': async (act) => {
    await factors.removeFactor(act.own.db, act.session, numberIn(act, 'passkey'), act.parts)
    return {}
  },
  'renew-recovery-codes': async ({ own, session, parts }) => ({
    recoveryCodes: await factors.renewRecoveryCodes(own.db, session, parts),
  }),
}

export const addAccountRoutes = (router: Router, dependencies: ApiDependencies, given: AccountParts): void => {
  const { mine, limit, signInParts, sessionView } = given

  const sessionIn = async (request: Request): Promise<PersonSession> => {
    const session = await mine(request)
    if (session === null) throw new Refusal('UNAUTHENTICATED', { reason: '未登录 not signed in' })
    checkCsrfToken(request, (token) => csrfTokenMatches(session.cookie, token))
    return session
  }

  const answer = async (response: Response, session: PersonSession, more: object): Promise<void> => {
    const own = getRequestContext(response.req)
    const shown = await account.describeAccount(own.db, session, signInParts(own))
    response.json({ session: sessionView(session), account: shown, ...more })
  }

  const act: RequestHandler = async (request, response) => {
    const session = await sessionIn(request)
    const name = String(request.params['act'])
    const perform = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined
    if (perform === undefined) throw new Refusal('NOT_FOUND')
    const own = getRequestContext(request)
    const parts = signInParts(own)
    const note = (kind: 'ACT' | 'OUTCOME', outcome?: string) =>
      writeAuditRow(dependencies, own, session.viewer, {
        ...{ kind, asked: `POST /desk/session/${name}` },
        ...(outcome && { outcome }),
      })
    await note('ACT')
    const body = isRecord(request.body) ? request.body : {}
    const takeAttempt = () =>
      limit.take([`${session.viewer.sub} ${own.address}`, own.address], dependencies.now(), true)
    const performed = perform({ session, body, own, parts, takeAttempt })
    const { cookie, ...more } = await performed.catch(async (error: unknown) => {
      if (isRefusal(error)) await note('OUTCOME', error.code)
      throw error
    })
    await note('OUTCOME')
    const next = await sessionOfCookie(own.db, cookie ?? session.cookie, parts)
    if (next === null) throw new Refusal('UNAUTHENTICATED', { reason: '登录已失效 the session has ended' })
    if (cookie !== undefined) setSessionCookie(response, next)
    await answer(response, next, more)
  }

  router.get('/desk/session/account', async (request, response) => answer(response, await sessionIn(request), {}))
  router.post('/desk/session/:act', express.json({ limit: BODY_LIMIT }), act)
}

export const setSessionCookie = (response: Response, { cookie, endsAt }: PersonSession): void => {
  const { now } = getRequestContext(response.req)
  response.set('Set-Cookie', formatSessionCookie(cookie, Math.floor((endsAt.getTime() - now.getTime()) / 1_000)))
}
