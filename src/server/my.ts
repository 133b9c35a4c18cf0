/** Pages query GraphQL as the party (web/my/questions): rights, limits and audit rows equal those of its token. */
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { PageQueryRunner } from '../api/graphql/execution.js'
import { writeAuditRow } from '../api/request/audit-rows.js'
import { CLEARED_PARTY_COOKIE, partyCookieFor, partyCookieIn, refuseCrossSite } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { listingInGlobalId } from '../api/request/ids.js'
import { type HttpRequestContext, requestContextOf } from '../api/request/request-context.js'
import { PUBLIC_VIEWER } from '../domain/access/viewer.js'
import { listingUuidIn } from '../domain/listing/listing.js'
import { INTERNAL_ERROR, isRefusal, isRefusalCode, Refusal } from '../foundation/errors.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { parseForm, rawFormBody, type SubmittedForm } from '../web/frame/forms.js'
import { addressInLanguage } from '../web/frame/html.js'
import { renderPage, type SitePage } from '../web/frame/page.js'
import { baseUrlOf, languageOf } from '../web/frame/render-response.js'
import { certificateFileName, certificatePage } from '../web/my/certificate.js'
import { filePage } from '../web/my/file.js'
import { listingPath, MY_PATHS, type PartyPageContext } from '../web/my/frame.js'
import { listingPage, mayBeCertified } from '../web/my/listing.js'
import * as questions from '../web/my/questions.js'
import { askersPage, recordsPage } from '../web/my/records.js'
import { signInPage } from '../web/my/sign-in.js'
import * as sessions from '../work/access/party-access.js'
import { csrfTokenMatches, csrfTokenOf } from '../work/access/people.js'
import { listRetractions } from '../work/delivery/retraction.js'
import { makeCertificate, signCertificate } from '../work/publication/certificate.js'
import { answerProblem, problemOf } from './problems.js'

/** Bytes: ten thousand characters as a browser encodes them. */
const BODY_BYTES = 256 * 1024
/** Form fields whose text is shown again after a session has ended. */
const WRITTEN = ['text', 'statement']

const DONE: Record<string, string> = {
  applied: '修复申请已提交，请留意本页的办理状态。The application for repair is sent: its state is shown on this page.',
  defended: '陈述申辩已提交。What you had to say is recorded.',
  objected: '异议已提交，正在核查。The objection is sent, and being examined.',
  withdrawn: '异议已撤回。The objection is withdrawn.',
  unauthorised: '授权已撤回。The authorisation is withdrawn.',
}
const SESSION_OVER = '登录已结束，请重新输入访问码。The session has ended: enter the access code again.'

interface RefusedQuestion {
  code: string
  message: string
  details: Refusal['details']
}

const typedIn = ({ texts }: SubmittedForm): string =>
  WRITTEN.map((name) => texts.get(name) ?? '')
    .join('\n')
    .trim()

interface PartyVisit {
  request: Request
  response: Response
  asked: HttpRequestContext
  session: sessions.SignedInParty
  own: PartyPageContext
}

export const myRouter = (parts: ApiDependencies, ask: PageQueryRunner): Router => {
  const send = (request: Request, response: Response, page: SitePage): void => {
    const parameters = Object.fromEntries(
      Object.entries(request.query).flatMap(([name, value]) =>
        typeof value === 'string' && name === 'after' ? [[name, value]] : [],
      ),
    )
    const here = request.method === 'GET' ? { path: request.path, parameters } : null
    response.type('html').send(renderPage(page, { demo: parts.demo, lang: languageOf(request), here }))
  }
  const go = ({ request, response }: Pick<PartyVisit, 'request' | 'response'>, path: string, done = ''): void =>
    response.redirect(303, addressInLanguage(path, { done }, languageOf(request)))

  const sessionOf = async (request: Request): Promise<sessions.SignedInParty | null> => {
    const cookie = partyCookieIn(request.headers)
    const { db, now } = requestContextOf(request)
    return cookie === null || cookie === '' ? null : sessions.partyOfCookie(db, cookie, now)
  }
  const visitOf = (request: Request, response: Response, session: sessions.SignedInParty): PartyVisit => {
    const own = { code: session.viewer.sub ?? '', csrf: csrfTokenOf(session.cookie), endsAt: session.endsAt }
    return { request, response, asked: requestContextOf(request), session, own }
  }
  const page =
    (show: (visit: PartyVisit) => Promise<void>): RequestHandler =>
    async (request, response) => {
      const session = await sessionOf(request)
      if (session === null) return go({ request, response }, MY_PATHS.file)
      await show(visitOf(request, response, session))
    }
  /** The form must be of this session. Refusal CSRF_REFUSED. */
  const act = (carryOut: (visit: PartyVisit, form: SubmittedForm) => Promise<void>): RequestHandler[] => [
    rawFormBody(BODY_BYTES),
    async (request, response) => {
      const form = await parseForm(request)
      const session = await sessionOf(request)
      if (session === null) {
        refuseCrossSite(request.headers)
        response.status(401).set('Set-Cookie', CLEARED_PARTY_COOKIE)
        return send(request, response, signInPage({ why: SESSION_OVER, typed: typedIn(form) }))
      }
      if (!csrfTokenMatches(session.cookie, form.texts.get('csrf') ?? '')) {
        refuseCrossSite(request.headers)
        // The form belongs to an earlier session, perhaps another party's.
        const { status, code, message } = new Refusal('CSRF_REFUSED')
        requestContextOf(request).refused.push(code)
        response.status(status)
        return send(request, response, signInPage({ why: message, typed: typedIn(form) }))
      }
      await carryOut(visitOf(request, response, session), form)
    },
  ]
  const answered = async (
    {
      asked,
      session: { viewer },
      response,
    }: Pick<PartyVisit, 'asked' | 'response'> & { session: Pick<sessions.SignedInParty, 'viewer'> },
    query: string,
    variables: Record<string, unknown> = {},
  ) => {
    const { data, errors } = await ask({ asked, viewer, response }, { query, variables })
    const [error] = errors
    if (error === undefined) return { data, refused: null }
    const { code = INTERNAL_ERROR.code, details = {} } = (error.extensions ?? {}) as {
      code?: string
      details?: Refusal['details']
    }
    if (code === INTERNAL_ERROR.code) throw new Error(`a page of a party broke: ${asked.requestId}`)
    const refused: RefusedQuestion = { code, message: error.message, details }
    asked.refused.push(code)
    return { data: null, refused }
  }
  const whole = async (visit: PartyVisit, query: string, variables: Record<string, unknown> = {}) => {
    const { data, refused } = await answered(visit, query, variables)
    if (refused !== null)
      throw isRefusalCode(refused.code)
        ? new Refusal(refused.code, refused.details)
        : new Refusal('INPUT_INVALID', { reason: refused.message })
    if (data?.myFile == null) throw new Refusal('NOT_FOUND')
    return data.myFile
  }
  const doneIn = ({ query }: Request): string | null => {
    const name = typeof query['done'] === 'string' ? query['done'] : ''
    return Object.hasOwn(DONE, name) ? (DONE[name] ?? null) : null
  }

  const showFile = async (visit: PartyVisit, refused: string | null = null, statement = ''): Promise<void> => {
    const file: questions.PartyFile = await whole(visit, questions.FILE_QUERY)
    const { request, response, own } = visit
    send(request, response, filePage({ own, file, done: doneIn(request), refused, statement }))
  }
  const listingOf = async (visit: PartyVisit) => {
    const file: Pick<questions.PartyFile, 'uscc' | 'shop' | 'name'> & { listings: questions.PartyListingDetail[] } =
      await whole(visit, questions.LISTINGS_QUERY)
    const wanted = String(visit.request.params['id'])
    const listing = file.listings.find(({ id }) => id === (listingUuidIn(wanted) ?? wanted))
    if (listing === undefined) throw new Refusal('NOT_FOUND')
    const key = listingInGlobalId(listing.id)
    const subjectId = key !== null && 'uuid' in key && listing.state === 'REMOVED' ? key.uuid : null
    const [retraction = null] =
      subjectId === null
        ? []
        : await listRetractions(visit.asked.db, { open: null, platform: null, subjectId }, { first: 1, after: null })
    return { file, listing, retraction, subjectId }
  }
  const showListing = async (visit: PartyVisit, refused: string | null = null, text = ''): Promise<void> => {
    const { listing, retraction } = await listingOf(visit)
    const { request, response, own } = visit
    const platformNames = new Map(parts.platforms.map(({ id, name }) => [id, name]))
    const content = { own, listing, retraction, platformNames, done: doneIn(request), refused, text }
    send(request, response, listingPage(content))
  }

  const signIn: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const { texts } = await parseForm(request)
    const requestContext = requestContextOf(request)
    const credentials = { accessCode: texts.get('accessCode') ?? '' }
    const { data, refused } = await answered(
      { asked: requestContext, session: { viewer: PUBLIC_VIEWER }, response },
      questions.SIGN_IN_MUTATION,
      credentials,
    )
    if (refused !== null) {
      const { retryAfter } = refused.details
      if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter))
      response.status(retryAfter === undefined ? 403 : 429)
      return send(request, response, signInPage({ why: refused.message, typed: null }))
    }
    const { sub, grant } = parts.keys.verify(data.partyToken, requestContext.now.getTime())
    if (grant === undefined) throw new Error('a token of a party without its access code')
    const before = partyCookieIn(request.headers) || null
    const session = await sessions.beginPartySession(requestContext.db, {
      code: sub,
      grant,
      before,
      now: requestContext.now,
    })
    const seconds = Math.floor((session.endsAt.getTime() - requestContext.now.getTime()) / 1_000)
    response.set('Set-Cookie', partyCookieFor(session.cookie, seconds))
    go({ request, response }, MY_PATHS.file)
  }

  const signOut = async ({ request, response, asked, session }: PartyVisit): Promise<void> => {
    await writeAuditRow(parts, asked, session.viewer, { kind: 'SIGN_OUT', asked: `POST ${MY_PATHS.out}` })
    await sessions.signOut(asked.db, session.cookie, asked.now)
    response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    go({ request, response }, MY_PATHS.file)
  }

  const file: RequestHandler = async (request, response) => {
    const session = await sessionOf(request)
    if (session !== null) return showFile(visitOf(request, response, session))
    if (partyCookieIn(request.headers) !== null) response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    send(
      request,
      response,
      signInPage({ why: partyCookieIn(request.headers) === null ? null : SESSION_OVER, typed: null }),
    )
  }

  const after = ({ query }: Request): string | null => (typeof query['after'] === 'string' ? query['after'] : null)

  const showRecords = async (visit: PartyVisit): Promise<void> => {
    const { records } = await whole(visit, questions.RECORDS_QUERY, { after: after(visit.request) })
    send(visit.request, visit.response, recordsPage(visit.own, records))
  }
  const showAskers = async (visit: PartyVisit): Promise<void> => {
    const { askedBy } = await whole(visit, questions.ASKERS_QUERY, { after: after(visit.request) })
    send(visit.request, visit.response, askersPage(visit.own, askedBy))
  }

  /** Sends the document as a download: the Content-Security-Policy would block its inline style. */
  const showDocument = async (visit: PartyVisit): Promise<void> => {
    const { listing } = await listingOf(visit)
    const document = listing.documents.find(({ kind }) => kind === visit.request.params['kind'])
    if (document === undefined) throw new Refusal('NOT_FOUND')
    const name = document.kind.toLowerCase().replaceAll('_', '-')
    visit.response.set('Content-Disposition', `attachment; filename="${name}.html"`).type('html').send(document.html)
  }

  const certified = async (visit: PartyVisit) => {
    const { file, listing, retraction, subjectId } = await listingOf(visit)
    if (subjectId === null || !mayBeCertified(listing)) throw new Refusal('NOT_FOUND')
    const { kind: list, authority, documentNumber, decidedOn, publishedOn } = listing
    const removal = { removedOn: listing.removedOn ?? '', removalReason: listing.removalReason ?? '' }
    const base = baseUrlOf(parts, visit.request)
    const certificate = makeCertificate({
      issuer: base,
      party: { code: file.uscc ?? file.shop ?? '', name: file.name },
      entry: { id: subjectId, list, authority, documentNumber, decidedOn, publishedOn, ...removal },
      retraction,
      now: visit.asked.now,
    })
    return { id: listing.id, certificate, base, ...signCertificate(parts.keys.manifests, certificate) }
  }
  const showCertificate = async (visit: PartyVisit): Promise<void> => {
    send(visit.request, visit.response, certificatePage({ own: visit.own, ...(await certified(visit)) }))
  }
  const sendCertificate = async (visit: PartyVisit): Promise<void> => {
    const { jws, certificate } = await certified(visit)
    visit.response
      .set('Content-Disposition', `attachment; filename="${certificateFileName(certificate)}"`)
      .type('application/jose')
      .send(jws)
  }

  const move = async (visit: PartyVisit, { texts }: SubmittedForm): Promise<void> => {
    // The listing must be the party's own.
    const { listing } = await listingOf(visit)
    const isDefence = texts.get('act') === 'recordDefence'
    const text = texts.get('text') ?? ''
    const input = {
      id: listing.id,
      on: shanghaiDate(visit.asked.now),
      text,
      ...(isDefence && { hearing: texts.get('hearing') === '1' }),
    }
    const { refused } = await answered(
      visit,
      isDefence ? questions.RECORD_DEFENCE_MUTATION : questions.APPLY_REPAIR_MUTATION,
      { input },
    )
    if (refused === null) return go(visit, listingPath(listing.id), isDefence ? 'defended' : 'applied')
    visit.response.status(422)
    await showListing(visit, refused.message, text)
  }
  const object = async (visit: PartyVisit, { texts }: SubmittedForm): Promise<void> => {
    const statement = texts.get('statement') ?? ''
    const input = { operator: visit.own.code, record: texts.get('record') ?? '', statement }
    const { refused } = await answered(visit, questions.OPEN_OBJECTION_MUTATION, { input })
    if (refused === null) return go(visit, MY_PATHS.file, 'objected')
    visit.response.status(422)
    await showFile(visit, refused.message, statement)
  }
  const withdraw =
    (question: string, done: string) =>
    async (visit: PartyVisit): Promise<void> => {
      const { refused } = await answered(visit, question, { id: String(visit.request.params['id']) })
      if (refused === null) return go(visit, MY_PATHS.file, done)
      visit.response.status(422)
      await showFile(visit, refused.message)
    }

  const router = Router()
  router.use('/my', withPrivateHeaders)
  router.get('/my', file)
  router.post('/my', rawFormBody(BODY_BYTES), signIn)
  router.post(MY_PATHS.out, ...act(signOut))
  router.get(MY_PATHS.records, page(showRecords))
  router.get(MY_PATHS.askers, page(showAskers))
  router.post(MY_PATHS.objections, ...act(object))
  router.post(
    `${MY_PATHS.objections}/:id/withdraw`,
    ...act(withdraw(questions.WITHDRAW_OBJECTION_MUTATION, 'withdrawn')),
  )
  router.post(
    `${MY_PATHS.authorisations}/:id/withdraw`,
    ...act(withdraw(questions.WITHDRAW_AUTHORISATION_MUTATION, 'unauthorised')),
  )
  router.get(
    '/my/listings/:id',
    page((visit) => showListing(visit)),
  )
  router.post('/my/listings/:id', ...act(move))
  router.get('/my/listings/:id/certificate', page(showCertificate))
  router.get('/my/listings/:id/certificate.jws', page(sendCertificate))
  router.get('/my/listings/:id/documents/:kind', page(showDocument))
  router.use('/my', answerUnreadable)
  return router
}

/** With `no-referrer`, browsers would send `Origin: null`, and forms could not prove their origin. */
const withPrivateHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    'Cache-Control': 'no-store',
    'X-Robots-Tag': 'noindex, noarchive',
    'Referrer-Policy': 'same-origin',
    Vary: 'Cookie',
  })
  next()
}

const answerUnreadable: ErrorRequestHandler = (error: unknown, request, response, next) => {
  if (isRefusal(error) || response.headersSent || (error as { status?: unknown } | null)?.status !== 413)
    return next(error)
  response.set('Connection', 'close')
  const tooLarge = new Refusal('CONTENT_TOO_LARGE', { limit: `${BODY_BYTES / 1_024} kB` })
  answerProblem(request, response, problemOf(tooLarge))
}
