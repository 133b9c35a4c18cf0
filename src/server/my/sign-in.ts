import type { RequestHandler, Response } from 'express'
import { writeAuditRow } from '../../api/request/audit-rows.js'
import { CLEARED_PARTY_COOKIE, formatPartyCookie, readPartyCookie, refuseCrossSite } from '../../api/request/cookies.js'
import type { ApiDependencies } from '../../api/request/dependencies.js'
import { getRequestContext } from '../../api/request/request-context.js'
import { PUBLIC_VIEWER } from '../../domain/access/viewer.js'
import { parseForm } from '../../web/frame/forms.js'
import type { SitePage } from '../../web/frame/page.js'
import { MY_PATHS } from '../../web/my/frame.js'
import { SIGN_IN_MUTATION } from '../../web/my/questions.js'
import { signInPage } from '../../web/my/sign-in.js'
import * as sessions from '../../work/access/party-access.js'
import type { PartyQuestions } from './party-questions.js'
import { type makeVisits, type PartyVisit, redirectTo, SESSION_OVER } from './visits.js'

interface SignInDependencies {
  ask: PartyQuestions['ask']
  send: ReturnType<typeof makeVisits>['send']
}

export const makeSignIn = (parts: ApiDependencies, { ask, send }: SignInDependencies) => {
  const signIn: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const { texts } = await parseForm(request)
    const asked = getRequestContext(request)
    const { db, now } = asked
    const credentials = { accessCode: texts.get('accessCode') ?? '' }
    const visitor = { asked, session: { viewer: PUBLIC_VIEWER } }
    const { data, refused } = await ask(visitor, SIGN_IN_MUTATION, credentials)
    if (refused !== null) {
      const { retryAfter } = refused.details
      if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
      response.status(retryAfter === undefined ? 403 : 429)
      return send(response, signInPage({ why: refused.message, typed: null }))
    }
    const { sub: code, grant } = parts.keys.verify(data.partyToken, now.getTime())
    if (grant === undefined) throw new Error('a token of a party without its access code')
    const before = readPartyCookie(request.headers) || null
    const session = await sessions.beginPartySession(db, { code, grant, before, now })
    const seconds = Math.floor((session.endsAt.getTime() - now.getTime()) / 1_000)
    response.set('Set-Cookie', formatPartyCookie(session.cookie, seconds))
    redirectTo(response, MY_PATHS.file)
  }

  const signOut = async ({ response, asked, session }: PartyVisit): Promise<undefined> => {
    await writeAuditRow(parts, asked, session.viewer, { kind: 'SIGN_OUT', asked: `POST ${MY_PATHS.out}` })
    await sessions.signOut(asked.db, session.cookie, asked.now)
    response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    return redirectTo(response, MY_PATHS.file)
  }

  const showSignIn = (response: Response): SitePage => {
    const isOver = readPartyCookie(response.req.headers) !== null
    if (isOver) response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    return signInPage({ why: isOver ? SESSION_OVER : null, typed: null })
  }

  return { signIn, signOut, showSignIn }
}
