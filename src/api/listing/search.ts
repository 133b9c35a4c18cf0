import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { CASE_STATES, isCaseOver } from '../../domain/listing/case.js'
import { simplifyDocumentNumber } from '../../domain/records/decision-number.js'
import { mayKeepCases } from '../../domain/worklist/keepers.js'
import { Refusal } from '../../foundation/errors.js'
import { normalizeDocumentNumber } from '../../foundation/text/values.js'
import { findColleagues } from '../../store/access/people.js'
import * as store from '../../store/listing/number-search.js'
import type { GraphqlContext } from '../request/context.js'
import { makeGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { operatorById } from '../request/operator-at-time.js'
import { listingById } from './listing-by-id.js'

const HITS_MOST = 8
const TEXT_LEAST = 2
const TEXT_MOST = 100

const search = async (_: unknown, args: { text: string }, context: GraphqlContext) => {
  const text = refuseUnstorableText(args).text.trim()
  if (text.length < TEXT_LEAST || text.length > TEXT_MOST)
    throw new Refusal('INPUT_INVALID', {
      reason: `请输入 ${TEXT_LEAST}–${TEXT_MOST} 个字 ${TEXT_LEAST}–${TEXT_MOST} characters`,
    })
  const { viewer, parts } = context
  const asked = { sight: regionBoundOf(viewer), first: HITS_MOST }
  const states = CASE_STATES.filter((state) => may(viewer, 'see_removed') || !isCaseOver(state))
  // Punctuation alone is simplified to nothing, with which every number begins.
  const spellings = new Set([text, normalizeDocumentNumber(text), simplifyDocumentNumber(text)])
  const written = [...spellings].filter(({ length }) => length >= TEXT_LEAST)
  const [cases, penalties, colleagues] = await Promise.all([
    store.findCasesByNumber(parts.db, { ...asked, beginnings: written, states }),
    store.findPenaltiesByNumber(parts.db, { ...asked, beginnings: written }),
    findColleagues(parts.db, text, HITS_MOST),
  ])
  return {
    documents: [
      ...cases.map(({ id, operatorId, number, move }) => ({
        operatorId,
        number,
        move,
        listing: () => listingById(context, makeGlobalId('Listing', id)),
        operator: () => operatorById(context, operatorId),
      })),
      ...penalties.map(({ operatorId, number }) => ({
        operatorId,
        number,
        move: null,
        listing: null,
        operator: () => operatorById(context, operatorId),
      })),
    ],
    colleagues: colleagues.map((one) => ({ ...one, keepsCases: mayKeepCases(one) })),
  }
}

export const searchResolvers = { Query: { search } }
