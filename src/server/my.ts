/** Pages query GraphQL as the party (web/my/questions): rights, limits and audit rows equal those of its token. */
import { type ErrorRequestHandler, type Request, type RequestHandler, type Response, Router } from 'express'
import type { GraphqlEndpoint } from '../api/graphql/execution.js'
import { writeAuditRow } from '../api/request/audit-rows.js'
import { CLEARED_PARTY_COOKIE, formatPartyCookie, readPartyCookie, refuseCrossSite } from '../api/request/cookies.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { readListingInGlobalId, readNumberInGlobalId } from '../api/request/ids.js'
import { getRequestContext, type HttpRequestContext } from '../api/request/request-context.js'
import { PUBLIC_VIEWER } from '../domain/access/viewer.js'
import { parseListingUuid } from '../domain/listing/listing.js'
import { INTERNAL_ERROR, isRefusal, isRefusalCode, Refusal } from '../foundation/errors.js'
import type { BilingualText } from '../foundation/text/words.js'
import { shanghaiDate } from '../foundation/time/dates.js'
import { parseForm, rawFormBody, type SubmittedForm } from '../web/frame/forms.js'
import { addressInLanguage } from '../web/frame/html.js'
import type { SitePage } from '../web/frame/page.js'
import { languageOf, renderUncompressed } from '../web/frame/render-response.js'
import { authorisationWithdrawalPage, filePage, objectionWithdrawalPage } from '../web/my/file.js'
import { listingPath, MY_PATHS } from '../web/my/frame.js'
import { listingPage, repairWithdrawalPage } from '../web/my/listing.js'
import * as questions from '../web/my/questions.js'
import { askersPage, recordsPage } from '../web/my/records.js'
import { type RefusedAct, wordRefusal } from '../web/my/refusals.js'
import { signInPage } from '../web/my/sign-in.js'
import * as sessions from '../work/access/party-access.js'
import { csrfTokenMatches, csrfTokenOf } from '../work/access/sessions.js'
import { listRetractions } from '../work/delivery/retraction.js'
import { answerProblem, makeProblem } from './error-answers.js'
import { findAttachmentFault, makePartyPapers, type PartyVisit, receiveFiles } from './my-papers.js'

/** Bytes: ten thousand characters as a browser encodes them. */
const BODY_BYTES = 256 * 1024
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
const SESSION_OVER = '登录已结束，请重新输入登录码。The session has ended: enter the access code again.'

const typedIn = ({ texts }: SubmittedForm): string =>
  WRITTEN.map((name) => texts.get(name) ?? '')
    .join('\n')
    .trim()

type ShownPage = SitePage | undefined

export const makeMyRouter = (parts: ApiDependencies, ask: GraphqlEndpoint['ask']): Router => {
  const send = (response: Response, page: ShownPage): void => {
    if (page === undefined) return
    const { req: request } = response
    const parameters = { ...(typeof request.query['after'] === 'string' && { after: request.query['after'] }) }
    const here = request.method === 'GET' ? { path: request.path, parameters } : null
    response.type('html').send(renderUncompressed(parts, request, page, here))
  }
  const go = (response: Response, path: string, done = ''): undefined =>
    void response.redirect(303, addressInLanguage(path, { done }, languageOf(response.req)))

  const sessionOf = async (request: Request): Promise<sessions.SignedInParty | null> => {
    const cookie = readPartyCookie(request.headers)
    const { db, now } = getRequestContext(request)
    return cookie === null || cookie === '' ? null : sessions.partyOfCookie(db, cookie, now)
  }
  const visitOf = (request: Request, response: Response, session: sessions.SignedInParty): PartyVisit => {
    const own = { code: session.viewer.sub ?? '', csrf: csrfTokenOf(session.cookie), endsAt: session.endsAt }
    return { request, response, asked: getRequestContext(request), session, own }
  }
  const page =
    (
      show: (visit: PartyVisit) => Promise<ShownPage>,
      otherwise: (response: Response) => ShownPage = (response) => go(response, MY_PATHS.file),
    ): RequestHandler =>
    async (request, response) => {
      const session = await sessionOf(request)
      send(response, session === null ? otherwise(response) : await show(visitOf(request, response, session)))
    }
  /** The form must be of this session. Refusal CSRF_REFUSED. */
  const act = (
    carryOut: (visit: PartyVisit, form: SubmittedForm) => Promise<ShownPage>,
    body: RequestHandler = rawFormBody(BODY_BYTES),
  ): RequestHandler[] => [
    body,
    async (request, response) => {
      const form = await parseForm(request)
      const session = await sessionOf(request)
      if (session !== null && csrfTokenMatches(session.cookie, form.texts.get('csrf') ?? ''))
        return send(response, await carryOut(visitOf(request, response, session), form))
      refuseCrossSite(request.headers)
      if (session === null) {
        response.status(401).set('Set-Cookie', CLEARED_PARTY_COOKIE)
        return send(response, signInPage({ why: SESSION_OVER, typed: typedIn(form) }))
      }
      // The form belongs to an earlier session, perhaps another party's.
      const { status, code, message } = new Refusal('CSRF_REFUSED')
      getRequestContext(request).refused.push(code)
      response.status(status)
      send(response, signInPage({ why: message, typed: typedIn(form) }))
    },
  ]
  const answered = async (
    { asked, session }: { asked: HttpRequestContext; session: Pick<sessions.SignedInParty, 'viewer'> },
    query: string,
    variables: Record<string, unknown> = {},
  ) => {
    const { data, errors } = await ask(asked, session.viewer, { query, variables })
    const [error] = errors
    if (error === undefined) return { data, refused: null }
    const { code = INTERNAL_ERROR.code, details = {} } = (error.extensions ?? {}) as {
      code?: string
      details?: Refusal['details']
    }
    if (code === INTERNAL_ERROR.code) throw new Error(`a page of a party broke: ${asked.requestId}`)
    asked.refused.push(code)
    return { data: null, refused: { code, message: error.message, details } }
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
  /** `holds`: false where it is no longer so. */
  const doneIn = ({ query }: Request, holds: Readonly<Record<string, boolean>>): string | null => {
    const name = typeof query['done'] === 'string' ? query['done'] : ''
    return Object.hasOwn(DONE, name) && holds[name] !== false ? (DONE[name] ?? null) : null
  }

  const showFile = async (
    visit: PartyVisit,
    refused: BilingualText | null = null,
    typed = { record: '', statement: '' },
  ): Promise<SitePage> => {
    const file: questions.PartyFile = await whole(visit, questions.FILE_QUERY)
    const done = doneIn(visit.request, { objected: file.objections.some(({ state }) => state === 'OPEN') })
    return filePage({ own: visit.own, file, done, refused, typed })
  }
  const listingOf = async (visit: PartyVisit) => {
    const file: Pick<questions.PartyFile, 'uscc' | 'shop' | 'name'> & { listings: questions.PartyListingDetail[] } =
      await whole(visit, questions.LISTINGS_QUERY)
    const wanted = String(visit.request.params['id'])
    const listing = file.listings.find(({ id }) => id === (parseListingUuid(wanted) ?? wanted))
    if (listing === undefined) throw new Refusal('NOT_FOUND')
    const key = readListingInGlobalId(listing.id)
    const subjectId = key !== null && 'uuid' in key && listing.state === 'REMOVED' ? key.uuid : null
    const [retraction = null] =
      subjectId === null
        ? []
        : await listRetractions(
            visit.asked.db,
            parts.rules,
            { open: null, platform: null, subjectId },
            { first: 1, after: null },
          )
    return { file, listing, retraction, subjectId }
  }
  const showListing = async (
    visit: PartyVisit,
    refused: BilingualText | null = null,
    typed = { text: '', hearing: false },
  ): Promise<SitePage> => {
    const { file, listing, retraction } = await listingOf(visit)
    const platformNames = new Map(parts.platforms.map(({ id, name }) => [id, name]))
    const [applied, defended] = [listing.repair !== null, listing.state !== 'REMOVED']
    const done = doneIn(visit.request, { applied, defended, attached: applied, retracted: defended && !applied })
    return listingPage({
      own: visit.own,
      party: file.name,
      listing,
      today: shanghaiDate(visit.asked.now),
      retraction,
      platformNames,
      done,
      refused,
      ...typed,
    })
  }

  const signIn: RequestHandler = async (request, response) => {
    refuseCrossSite(request.headers)
    const { texts } = await parseForm(request)
    const asked = getRequestContext(request)
    const { db, now } = asked
    const credentials = { accessCode: texts.get('accessCode') ?? '' }
    const visitor = { asked, session: { viewer: PUBLIC_VIEWER } }
    const { data, refused } = await answered(visitor, questions.SIGN_IN_MUTATION, credentials)
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
    go(response, MY_PATHS.file)
  }

  const signOut = async ({ response, asked, session }: PartyVisit): Promise<undefined> => {
    await writeAuditRow(parts, asked, session.viewer, { kind: 'SIGN_OUT', asked: `POST ${MY_PATHS.out}` })
    await sessions.signOut(asked.db, session.cookie, asked.now)
    response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    return go(response, MY_PATHS.file)
  }

  const showSignIn = (response: Response): SitePage => {
    const isOver = readPartyCookie(response.req.headers) !== null
    if (isOver) response.set('Set-Cookie', CLEARED_PARTY_COOKIE)
    return signInPage({ why: isOver ? SESSION_OVER : null, typed: null })
  }

  const after = ({ query }: Request): string | null => (typeof query['after'] === 'string' ? query['after'] : null)

  const showRecords = async (visit: PartyVisit): Promise<SitePage> => {
    const { records } = await whole(visit, questions.RECORDS_QUERY, { after: after(visit.request) })
    return recordsPage(visit.own, records)
  }
  const showAskers = async (visit: PartyVisit): Promise<SitePage> => {
    const { askedBy } = await whole(visit, questions.ASKERS_QUERY, { after: after(visit.request) })
    return askersPage(visit.own, askedBy)
  }

  const move = async (visit: PartyVisit, { texts, files }: SubmittedForm): Promise<ShownPage> => {
    const { listing } = await listingOf(visit)
    const act = findListingAct(texts.get('act') ?? '')
    const text = texts.get('text') ?? ''
    const refuse = (refused: RefusedAct): Promise<SitePage> => {
      visit.response.status(422)
      return showListing(visit, wordRefusal(refused), { text, hearing: texts.get('hearing') === '1' })
    }
    const fault = findAttachmentFault(files)
    if (fault !== null) return refuse(fault)
    if (act.mutation === null && listing.repair === null) return refuse(NOTHING_TO_ADD_TO)
    if (act.mutation !== null) {
      const hearing = act.about === 'DEFENCE' && { hearing: texts.get('hearing') === '1' }
      const said = act.done === 'retracted' ? {} : { text, ...hearing }
      const input = { id: listing.id, on: shanghaiDate(visit.asked.now), ...said }
      const { refused } = await answered(visit, act.mutation, { input })
      if (refused !== null) return refuse(refused)
    }
    const listingId = readCaseId(listing.id)
    const unkept = await papers.attach(visit, files, { listingId, objectionId: null, about: act.about })
    return unkept === null ? go(visit.response, listingPath(listing.id), act.done) : refuse(unkept)
  }
  const object = async (visit: PartyVisit, { texts, files }: SubmittedForm): Promise<ShownPage> => {
    const typed = { record: texts.get('record') ?? '', statement: texts.get('statement') ?? '' }
    const refuse = (refused: RefusedAct): Promise<SitePage> => {
      visit.response.status(422)
      return showFile(visit, wordRefusal(refused), typed)
    }
    const fault = findAttachmentFault(files)
    if (fault !== null) return refuse(fault)
    if (typed.record === '') return refuse(NO_RECORD_CHOSEN)
    const input = { operator: visit.own.code, ...typed }
    const { data, refused } = await answered(visit, questions.OPEN_OBJECTION_MUTATION, { input })
    if (refused !== null) return refuse(refused)
    const objectionId = readNumberInGlobalId(data.openObjection.id, 'Objection')
    const unkept = await papers.attach(visit, files, { listingId: null, objectionId, about: 'OBJECTION' })
    return unkept === null ? go(visit.response, MY_PATHS.file, 'objected') : refuse(unkept)
  }
  const withdraw =
    (question: string, done: string) =>
    async (visit: PartyVisit): Promise<ShownPage> => {
      const { refused } = await answered(visit, question, { id: String(visit.request.params['id']) })
      if (refused === null) return go(visit.response, MY_PATHS.file, done)
      visit.response.status(422)
      return showFile(visit, wordRefusal(refused))
    }

  const askWithdrawal =
    (question: (file: questions.PartyFile, id: string, own: PartyVisit['own']) => SitePage | undefined) =>
    async (visit: PartyVisit): Promise<SitePage> => {
      const file: questions.PartyFile = await whole(visit, questions.FILE_QUERY)
      const asked = question(file, String(visit.request.params['id']), visit.own)
      if (asked === undefined) throw new Refusal('NOT_FOUND')
      return asked
    }
  const askRepairWithdrawal = async (visit: PartyVisit): Promise<SitePage> => {
    const { listing } = await listingOf(visit)
    if (!listing.allowedMoves.includes('withdrawRepair')) throw new Refusal('NOT_FOUND')
    return repairWithdrawalPage(visit.own, listing)
  }

  const papers = makePartyPapers(parts, {
    listingOf,
    answered: (visit, query, variables) => answered(visit, query, variables),
  })
  const withFiles = receiveFiles(sessionOf)

  const router = Router()
  router.use('/my', withPrivateHeaders)
  router.get(
    '/my',
    page((visit) => showFile(visit), showSignIn),
  )
  router.post('/my', rawFormBody(BODY_BYTES), signIn)
  router.post(MY_PATHS.out, ...act(signOut))
  router.get(MY_PATHS.records, page(showRecords))
  router.get(MY_PATHS.askers, page(showAskers))
  router.post(MY_PATHS.objections, ...act(object, withFiles))
  router.get(
    `${MY_PATHS.objections}/:id/withdraw`,
    page(
      askWithdrawal(({ objections }, id, own) => {
        const found = objections.find((one) => one.id === id && one.state === 'OPEN' && one.openedBy === own.code)
        return found && objectionWithdrawalPage(own, found)
      }),
    ),
  )
  router.post(
    `${MY_PATHS.objections}/:id/withdraw`,
    ...act(withdraw(questions.WITHDRAW_OBJECTION_MUTATION, 'withdrawn')),
  )
  router.get(
    `${MY_PATHS.authorisations}/:id/withdraw`,
    page(
      askWithdrawal(({ authorisations }, id, own) => {
        const found = authorisations.find((one) => one.id === id && one.holds)
        return found && authorisationWithdrawalPage(own, found)
      }),
    ),
  )
  router.post(
    `${MY_PATHS.authorisations}/:id/withdraw`,
    ...act(withdraw(questions.WITHDRAW_AUTHORISATION_MUTATION, 'unauthorised')),
  )
  router.get(
    '/my/listings/:id',
    page((visit) => showListing(visit)),
  )
  router.post('/my/listings/:id', ...act(move, withFiles))
  router.get('/my/listings/:id/withdraw', page(askRepairWithdrawal))
  router.get('/my/listings/:id/certificate', page(papers.showCertificate))
  router.get('/my/listings/:id/certificate.jws', page(papers.sendSignedCertificate))
  router.get('/my/listings/:id/certificate.pdf', page(papers.sendCertificatePdf))
  router.get('/my/listings/:id/documents/:kind', page(papers.sendDocument))
  router.get(`${MY_PATHS.papers}/:id`, page(papers.sendPaper))
  router.use('/my', answerUnreadable)
  return router
}

interface ListingAct {
  mutation: string | null
  about: 'DEFENCE' | 'REPAIR'
  done: string
}

const LISTING_ACTS: Record<string, ListingAct> & { applyRepair: ListingAct } = {
  recordDefence: { mutation: questions.RECORD_DEFENCE_MUTATION, about: 'DEFENCE', done: 'defended' },
  applyRepair: { mutation: questions.APPLY_REPAIR_MUTATION, about: 'REPAIR', done: 'applied' },
  withdrawRepair: { mutation: questions.WITHDRAW_REPAIR_MUTATION, about: 'REPAIR', done: 'retracted' },
  attach: { mutation: null, about: 'REPAIR', done: 'attached' },
}

const NO_RECORD_CHOSEN: RefusedAct = { code: 'INPUT_INVALID', message: '', details: { because: 'NO_RECORD' } }

const NOTHING_TO_ADD_TO: RefusedAct = {
  code: 'MOVE_NOT_ALLOWED',
  message: '',
  details: { because: 'NO_REPAIR_PENDING' },
}

const findListingAct = (name: string): ListingAct =>
  (Object.hasOwn(LISTING_ACTS, name) ? LISTING_ACTS[name] : undefined) ?? LISTING_ACTS.applyRepair

const readCaseId = (id: string): string | null => {
  const key = readListingInGlobalId(id)
  return key !== null && 'uuid' in key ? key.uuid : null
}

/** See `PRIVATE` in clue.ts. */
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
  answerProblem(request, response, makeProblem(tooLarge))
}
