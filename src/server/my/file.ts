import { readNumberInGlobalId } from '../../api/request/ids.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import type { SubmittedForm } from '../../web/frame/forms.js'
import type { SitePage } from '../../web/frame/page.js'
import { authorisationWithdrawalPage, filePage, objectionWithdrawalPage } from '../../web/my/file.js'
import { MY_PATHS } from '../../web/my/frame.js'
import * as questions from '../../web/my/questions.js'
import { askersPage, recordsPage } from '../../web/my/records.js'
import { type RefusedAct, wordRefusal } from '../../web/my/refusals.js'
import { findAttachmentFault, type PartyPapers } from './papers.js'
import type { PartyQuestions } from './party-questions.js'
import { findDoneMessage, type PartyVisit, readAfter, redirectTo, type ShownPage } from './visits.js'

interface FileDependencies extends PartyQuestions {
  attach: PartyPapers['attach']
}

export const makeFilePages = ({ ask, askFile, attach }: FileDependencies) => {
  const showFile = async (
    visit: PartyVisit,
    refused: BilingualText | null = null,
    typed = { record: '', statement: '' },
  ): Promise<SitePage> => {
    const file: questions.PartyFile = await askFile(visit, questions.FILE_QUERY)
    const holds = { objected: file.objections.some(({ state }) => state === 'OPEN') }
    return filePage({ own: visit.own, file, done: findDoneMessage(visit.request, holds), refused, typed })
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
    const { data, refused } = await ask(visit, questions.OPEN_OBJECTION_MUTATION, { input })
    if (refused !== null) return refuse(refused)
    const objectionId = readNumberInGlobalId(data.openObjection.id, 'Objection')
    const unkept = await attach(visit, files, { listingId: null, objectionId, about: 'OBJECTION' })
    return unkept === null ? redirectTo(visit.response, MY_PATHS.file, 'objected') : refuse(unkept)
  }

  const withdraw =
    (mutation: string, done: string) =>
    async (visit: PartyVisit): Promise<ShownPage> => {
      const { refused } = await ask(visit, mutation, { id: String(visit.request.params['id']) })
      if (refused === null) return redirectTo(visit.response, MY_PATHS.file, done)
      visit.response.status(422)
      return showFile(visit, wordRefusal(refused))
    }

  const askWithdrawal =
    (pageOf: WithdrawalPage) =>
    async (visit: PartyVisit): Promise<SitePage> => {
      const file: questions.PartyFile = await askFile(visit, questions.FILE_QUERY)
      const page = pageOf(file, String(visit.request.params['id']), visit.own)
      if (page === undefined) throw new Refusal('NOT_FOUND')
      return page
    }

  return {
    showFile: (visit: PartyVisit) => showFile(visit),
    object,
    askObjectionWithdrawal: askWithdrawal(pageOfObjection),
    withdrawObjection: withdraw(questions.WITHDRAW_OBJECTION_MUTATION, 'withdrawn'),
    askAuthorisationWithdrawal: askWithdrawal(pageOfAuthorisation),
    withdrawAuthorisation: withdraw(questions.WITHDRAW_AUTHORISATION_MUTATION, 'unauthorised'),
  }
}

type WithdrawalPage = (file: questions.PartyFile, id: string, own: PartyVisit['own']) => ShownPage

const pageOfObjection: WithdrawalPage = ({ objections }, id, own) => {
  const found = objections.find((one) => one.id === id && one.state === 'OPEN' && one.openedBy === own.code)
  return found && objectionWithdrawalPage(own, found)
}

const pageOfAuthorisation: WithdrawalPage = ({ authorisations }, id, own) => {
  const found = authorisations.find((one) => one.id === id && one.holds)
  return found && authorisationWithdrawalPage(own, found)
}

export const makeRecordPages = ({ askFile }: Pick<PartyQuestions, 'askFile'>) => ({
  showRecords: async (visit: PartyVisit): Promise<SitePage> => {
    const { records } = await askFile(visit, questions.RECORDS_QUERY, { after: readAfter(visit.request) })
    return recordsPage(visit.own, records)
  },
  showAskers: async (visit: PartyVisit): Promise<SitePage> => {
    const { askedBy } = await askFile(visit, questions.ASKERS_QUERY, { after: readAfter(visit.request) })
    return askersPage(visit.own, askedBy)
  },
})

const NO_RECORD_CHOSEN: RefusedAct = { code: 'INPUT_INVALID', message: '', details: { because: 'NO_RECORD' } }
