import type { ApiDependencies } from '../../api/request/dependencies.js'
import { readListingInGlobalId } from '../../api/request/ids.js'
import { parseListingUuid } from '../../domain/listing/listing.js'
import { Refusal } from '../../foundation/errors.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { SubmittedForm } from '../../web/frame/forms.js'
import type { SitePage } from '../../web/frame/page.js'
import { listingPath } from '../../web/my/frame.js'
import { listingPage, repairWithdrawalPage } from '../../web/my/listing.js'
import * as questions from '../../web/my/questions.js'
import { type RefusedAct, wordRefusal } from '../../web/my/refusals.js'
import { listRetractions } from '../../work/delivery/retraction.js'
import { findAttachmentFault, type ListingOfVisit, type PartyPapers } from './papers.js'
import type { PartyQuestions } from './party-questions.js'
import { findDoneMessage, type PartyVisit, redirectTo, type ShownPage } from './visits.js'

export const makeListingFinder =
  ({ rules }: Pick<ApiDependencies, 'rules'>, { askFile }: Pick<PartyQuestions, 'askFile'>) =>
  async (visit: PartyVisit): Promise<ListingOfVisit> => {
    const file: Pick<questions.PartyFile, 'uscc' | 'shop' | 'name'> & { listings: questions.PartyListingDetail[] } =
      await askFile(visit, questions.LISTINGS_QUERY)
    const wanted = String(visit.request.params['id'])
    const listing = file.listings.find(({ id }) => id === (parseListingUuid(wanted) ?? wanted))
    if (listing === undefined) throw new Refusal('NOT_FOUND')
    const subjectId = listing.state === 'REMOVED' ? readCaseId(listing.id) : null
    const [retraction = null] =
      subjectId === null
        ? []
        : await listRetractions(
            visit.asked.db,
            rules,
            { open: null, platform: null, subjectId },
            { first: 1, after: null },
          )
    return { file, listing, retraction, subjectId }
  }

interface ListingDependencies {
  ask: PartyQuestions['ask']
  listingOf: (visit: PartyVisit) => Promise<ListingOfVisit>
  attach: PartyPapers['attach']
}

export const makeListingPages = (
  { platforms }: Pick<ApiDependencies, 'platforms'>,
  { ask, listingOf, attach }: ListingDependencies,
) => {
  const platformNames = new Map(platforms.map(({ id, name }) => [id, name]))

  const showListing = async (
    visit: PartyVisit,
    refused: BilingualText | null = null,
    typed = { text: '', hearing: false },
  ): Promise<SitePage> => {
    const { file, listing, retraction } = await listingOf(visit)
    const [applied, defended] = [listing.repair !== null, listing.state !== 'REMOVED']
    const holds = { applied, defended, attached: applied, retracted: defended && !applied }
    return listingPage({
      own: visit.own,
      party: file.name,
      listing,
      today: shanghaiDate(visit.asked.now),
      retraction,
      platformNames,
      done: findDoneMessage(visit.request, holds),
      refused,
      ...typed,
    })
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
      const { refused } = await ask(visit, act.mutation, { input })
      if (refused !== null) return refuse(refused)
    }
    const listingId = readCaseId(listing.id)
    const unkept = await attach(visit, files, { listingId, objectionId: null, about: act.about })
    return unkept === null ? redirectTo(visit.response, listingPath(listing.id), act.done) : refuse(unkept)
  }

  const askRepairWithdrawal = async (visit: PartyVisit): Promise<SitePage> => {
    const { listing } = await listingOf(visit)
    if (!listing.allowedMoves.includes('withdrawRepair')) throw new Refusal('NOT_FOUND')
    return repairWithdrawalPage(visit.own, listing)
  }

  return { showListing: (visit: PartyVisit) => showListing(visit), move, askRepairWithdrawal }
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
