/** Pages query GraphQL as the party (web/my/questions): rights, limits and audit rows equal those of its token. */
import { type ErrorRequestHandler, type RequestHandler, Router } from 'express'
import type { GraphqlEndpoint } from '../api/graphql/execution.js'
import type { ApiDependencies } from '../api/request/dependencies.js'
import { isRefusal, Refusal } from '../foundation/errors.js'
import { rawFormBody } from '../web/frame/forms.js'
import { MY_PATHS } from '../web/my/frame.js'
import { answerProblem, makeProblem } from './error-answers.js'
import { makeFilePages, makeRecordPages } from './my/file.js'
import { makeListingFinder, makeListingPages } from './my/listings.js'
import { makePartyPapers, receiveFiles } from './my/papers.js'
import { makePartyQuestions } from './my/party-questions.js'
import { makeSignIn } from './my/sign-in.js'
import { FORM_TEXT_BYTES, makeVisits } from './my/visits.js'

export const makeMyRouter = (parts: ApiDependencies, askGraphql: GraphqlEndpoint['ask']): Router => {
  const { send, page, act } = makeVisits(parts)
  const { ask, askFile } = makePartyQuestions(askGraphql)
  const { signIn, signOut, showSignIn } = makeSignIn(parts, { ask, send })
  const listingOf = makeListingFinder(parts, { askFile })
  const papers = makePartyPapers(parts, { listingOf, ask })
  const file = makeFilePages({ ask, askFile, attach: papers.attach })
  const records = makeRecordPages({ askFile })
  const listings = makeListingPages(parts, { ask, listingOf, attach: papers.attach })
  const withFiles = receiveFiles()

  const router = Router()
  router.use('/my', withPrivateHeaders)
  router.get('/my', page(file.showFile, showSignIn))
  router.post('/my', rawFormBody(FORM_TEXT_BYTES), signIn)
  router.post(MY_PATHS.out, ...act(signOut))
  router.get(MY_PATHS.records, page(records.showRecords))
  router.get(MY_PATHS.askers, page(records.showAskers))
  router.post(MY_PATHS.objections, ...act(file.object, withFiles))
  router.get(`${MY_PATHS.objections}/:id/withdraw`, page(file.askObjectionWithdrawal))
  router.post(`${MY_PATHS.objections}/:id/withdraw`, ...act(file.withdrawObjection))
  router.get(`${MY_PATHS.authorisations}/:id/withdraw`, page(file.askAuthorisationWithdrawal))
  router.post(`${MY_PATHS.authorisations}/:id/withdraw`, ...act(file.withdrawAuthorisation))
  router.get('/my/listings/:id', page(listings.showListing))
  router.post('/my/listings/:id', ...act(listings.move, withFiles))
  router.get('/my/listings/:id/withdraw', page(listings.askRepairWithdrawal))
  router.get('/my/listings/:id/certificate', page(papers.showCertificate))
  router.get('/my/listings/:id/certificate.jws', page(papers.sendSignedCertificate))
  router.get('/my/listings/:id/certificate.pdf', page(papers.sendCertificatePdf))
  router.get('/my/listings/:id/documents/:kind', page(papers.sendDocument))
  router.get(`${MY_PATHS.papers}/:id`, page(papers.sendPaper))
  router.use('/my', answerUnreadable)
  return router
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
  const tooLarge = new Refusal('CONTENT_TOO_LARGE', { limit: `${FORM_TEXT_BYTES / 1_024} kB` })
  answerProblem(request, response, makeProblem(tooLarge))
}
