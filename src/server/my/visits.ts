/** A form must belong to the session of its visit. */
import type { Request, RequestHandler, Response } from 'express'
import { CLEARED_PARTY_COOKIE, readPartyCookie, refuseCrossSite } from '../../api/request/cookies.js'
import type { ApiDependencies } from '../../api/request/dependencies.js'
import { getRequestContext, type HttpRequestContext } from '../../api/request/request-context.js'
import { Refusal } from '../../foundation/errors.js'
import { parseForm, rawFormBody, type SubmittedForm } from '../../web/frame/forms.js'
import { addressInLanguage } from '../../web/frame/html.js'
import type { SitePage } from '../../web/frame/page.js'
import { languageOf, renderUncompressed } from '../../web/frame/render-response.js'
import { MY_PATHS, type PartyPageContext } from '../../web/my/frame.js'
import { signInPage } from '../../web/my/sign-in.js'
import * as sessions from '../../work/access/party-access.js'
import { csrfTokenMatches, csrfTokenOf } from '../../work/access/sessions.js'

/** Bytes: ten thousand characters as a browser encodes them. */
export const FORM_TEXT_BYTES = 256 * 1024
/** Form fields whose text is shown again after a session has ended. */
const WRITTEN = ['text', 'statement']

const DONE: Record<string, string> = {
  applied: '修复申请已提交，请留意本页的办理状态。The application for repair is sent: its state is shown on this page.',
  defended: '陈述申辩已提交。What you had to say is recorded.',
  objected: '异议已提交，正在核查。The objection is sent, and being examined.',
  attached: '材料已提交。What you attached is stored.',
  retracted: '修复申请已撤回，可以再次申请。The application for repair is withdrawn; you may apply again.',
  withdrawn: '异议已撤回。The objection is withdrawn.',
  unauthorised: '授权已撤回。The authorisation is withdrawn.',
}
export const SESSION_OVER = '登录已结束，请重新输入登录码。The session has ended: enter the access code again.'

export interface PartyVisit {
  request: Request
  response: Response
  asked: HttpRequestContext
  session: sessions.SignedInParty
  own: PartyPageContext
}

/** Undefined: already answered. */
export type ShownPage = SitePage | undefined

export const findSession = async (request: Request): Promise<sessions.SignedInParty | null> => {
  const cookie = readPartyCookie(request.headers)
  const { db, now } = getRequestContext(request)
  return cookie === null || cookie === '' ? null : sessions.partyOfCookie(db, cookie, now)
}

export const redirectTo = (response: Response, path: string, done = ''): undefined =>
  void response.redirect(303, addressInLanguage(path, { done }, languageOf(response.req)))

/** `holds`: false hides the message of an act undone since. */
export const findDoneMessage = ({ query }: Request, holds: Readonly<Record<string, boolean>>): string | null => {
  const name = typeof query['done'] === 'string' ? query['done'] : ''
  return Object.hasOwn(DONE, name) && holds[name] !== false ? (DONE[name] ?? null) : null
}

export const readAfter = ({ query }: Request): string | null =>
  typeof query['after'] === 'string' ? query['after'] : null

const visitOf = (request: Request, response: Response, session: sessions.SignedInParty): PartyVisit => {
  const own = { code: session.viewer.sub ?? '', csrf: csrfTokenOf(session.cookie), endsAt: session.endsAt }
  return { request, response, asked: getRequestContext(request), session, own }
}

const readTypedText = ({ texts }: SubmittedForm): string =>
  WRITTEN.map((name) => texts.get(name) ?? '')
    .join('\n')
    .trim()

export const makeVisits = (parts: ApiDependencies) => {
  const send = (response: Response, page: ShownPage): void => {
    if (page === undefined) return
    const { req: request } = response
    const after = readAfter(request)
    const here =
      request.method === 'GET' ? { path: request.path, parameters: { ...(after !== null && { after }) } } : null
    response.type('html').send(renderUncompressed(parts, request, page, here))
  }
  const page =
    (
      show: (visit: PartyVisit) => Promise<ShownPage>,
      otherwise: (response: Response) => ShownPage = (response) => redirectTo(response, MY_PATHS.file),
    ): RequestHandler =>
    async (request, response) => {
      const session = await findSession(request)
      send(response, session === null ? otherwise(response) : await show(visitOf(request, response, session)))
    }
  /** Refusal CSRF_REFUSED. */
  const act = (
    carryOut: (visit: PartyVisit, form: SubmittedForm) => Promise<ShownPage>,
    body: RequestHandler = rawFormBody(FORM_TEXT_BYTES),
  ): RequestHandler[] => [
    body,
    async (request, response) => {
      const form = await parseForm(request)
      const session = await findSession(request)
      if (session !== null && csrfTokenMatches(session.cookie, form.texts.get('csrf') ?? ''))
        return send(response, await carryOut(visitOf(request, response, session), form))
      refuseCrossSite(request.headers)
      if (session === null) {
        response.status(401).set('Set-Cookie', CLEARED_PARTY_COOKIE)
        return send(response, signInPage({ why: SESSION_OVER, typed: readTypedText(form) }))
      }
      // The form belongs to an earlier session, perhaps another party's.
      const { status, code, message } = new Refusal('CSRF_REFUSED')
      getRequestContext(request).refused.push(code)
      response.status(status)
      send(response, signInPage({ why: message, typed: readTypedText(form) }))
    },
  ]
  return { send, page, act }
}
