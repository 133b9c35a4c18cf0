/** The hub drafts documents; this file records those that the agency's case system issued. */

import { upgradeStoredCase } from '../../domain/listing/case.js'
import {
  checkDocumentRules,
  checkDocumentTemplate,
  collectDocumentNumbers,
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentReader,
  type DocumentRules,
  type DocumentSource,
  type DocumentTemplate,
  findIssueFault,
  listAvailableDocumentKinds,
} from '../../domain/listing/documents.js'
import type { MoveInput } from '../../domain/listing/move-input.js'
import type { PublicationClocks } from '../../domain/listing/publication-clocks.js'
import { simplifyDocumentNumber } from '../../domain/records/decision-number.js'
import { redactIdNumbers } from '../../domain/records/privacy.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { makeOnce } from '../../foundation/memo.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as documents from '../../store/listing/documents.js'
import * as listings from '../../store/listing/listings.js'
import * as authorities from '../../store/office/authorities.js'
import * as operators from '../../store/operators/operators.js'
import * as versions from '../../store/records/versions.js'
import { findListKind, makeRulesReader, readRulesFile, type WorkRules } from '../calendar/rules.js'
import { computeListingClocks } from './publication-clocks.js'

export const readDocumentTemplates = makeOnce((): ReadonlyMap<DocumentKind, DocumentTemplate> => {
  const all = contracts
    .listSchemaFiles('documents')
    .filter((file) => file.endsWith('.json'))
    .map((file) =>
      readRulesFile<DocumentTemplate>(
        `documents/${file.slice(0, -'.json'.length)}`,
        'contracts/document',
        checkDocumentTemplate,
      ),
    )
  const byKind = new Map(all.map((template) => [template.kind, template]))
  const lacking = DOCUMENT_KINDS.filter((kind) => !byKind.has(kind))
  if (lacking.length > 0 || byKind.size < all.length)
    throw new Error(`schema/documents: ${lacking.join(', ') || '一类文书有两个模板 two templates of one kind'}`)
  return byKind
})

export const readDocumentRules = makeRulesReader<DocumentRules>(
  'rules/documents',
  'contracts/document-rules',
  checkDocumentRules,
)

export interface DocumentDraftInput extends Pick<DocumentSource, 'operator' | 'decision' | 'issued' | 'authority'> {
  listing: listings.Listing
  moves: readonly listings.ListingEvent[]
  today: string
}

export const draftDocument = (rules: WorkRules, kind: DocumentKind, of: DocumentDraftInput, reader: DocumentReader) => {
  const template = readDocumentTemplates().get(kind)
  if (template === undefined) throw new Error(`no template of ${kind}`)
  const source = {
    ...of,
    list: findListKind(rules, of.listing.list),
    clocks: clocksIn(rules, of),
    rules: readDocumentRules(rules.confirmations),
    named: collectDocumentNumbers(of.moves),
    on: of.today,
  }
  return rules.printDocument(template, source, reader)
}

const clocksIn = (rules: WorkRules, { listing, decision, today }: DocumentDraftInput): PublicationClocks | null => {
  const { decidedOn, publishedOn, termFrom: anewFrom } = upgradeStoredCase(listing.facts)
  if (decidedOn === null) return null
  const clocks = computeListingClocks(rules.clocks, {
    list: listing.list,
    decidedOn,
    publishedOn,
    anewFrom,
    decision,
    today,
  })
  // The end of a permanent ban is unknown: an officer fills it in.
  return clocks.endless ? { ...clocks, gsxt: null } : clocks
}

export interface ExternalDocumentInput
  extends Pick<documents.IssuedDocument, 'kind' | 'number' | 'sha256' | 'issuedOn'> {
  listing: string
  by: string
  now: Date
}

/** The same document again changes nothing. Refusals: LISTING_UNKNOWN, INPUT_INVALID. */
export const recordDocument = (db: Db, rules: WorkRules, made: ExternalDocumentInput) =>
  db.transaction((tx) => recordDocumentWithin(tx, rules, made))

export const recordDocumentWithin = async (tx: Tx, rules: WorkRules, made: ExternalDocumentInput) => {
  const number = redactIdNumbers(made.number.trim(), rules.pseudonymOf)
  const sha256 = made.sha256.trim().toLowerCase()
  const { kind, issuedOn, by, now } = made
  const { signer } = readDocumentTemplates().get(kind) ?? {}
  const fault = findIssueFault({ number, sha256, issuedOn, signer }, shanghaiDate(now))
  if (fault !== null) throw refused(fault)
  const listing = await listings.lockForMove(tx, made.listing)
  if (listing === null) throw new Refusal('LISTING_UNKNOWN')
  if (!listAvailableDocumentKinds(listing.facts, listing.removedOn).includes(kind))
    throw refused('该名单记录尚无此文书 there is no such document in this case yet')
  const named = collectDocumentNumbers(await listings.eventsOf(tx, [listing.id]))[kind] ?? null
  const known = kind === 'DECISION' ? listing.documentNumber : named
  if (known !== null && simplifyDocumentNumber(known) !== simplifyDocumentNumber(number))
    throw refused(`与办理时的文号 ${known} 不符 the move bears another number`)
  return documents.add(tx, { listingId: listing.id, kind, number, sha256, issuedOn, enteredBy: by, enteredAt: now })
}

const refused = (reason: string): Refusal => new Refusal('INPUT_INVALID', { reason })

/** Hash of the served decision: the named file, else the issued document, else the draft. */
export const hashServedPaper = async (
  tx: Tx,
  rules: WorkRules,
  listing: listings.Listing,
  { input, now }: { input: MoveInput; now: Date },
): Promise<Pick<MoveInput, 'fileHash' | 'paper'>> => {
  if (input.fileHash !== undefined) return { fileHash: input.fileHash, paper: 'NAMED' }
  const entered = await documents.ofListings(tx, [listing.id])
  const issued = entered.filter(({ kind }) => kind === 'DECISION').at(-1)
  if (issued !== undefined) return { fileHash: issued.sha256, paper: 'ISSUED' }
  const operator = (await operators.operatorsById(tx, [listing.operatorId])).get(listing.operatorId)
  if (operator === undefined) throw new Error(`operator ${listing.operatorId} is gone`)
  const decision = listing.decisionVersion === null ? null : await versions.byId(tx, listing.decisionVersion)
  const moves = await listings.eventsOf(tx, [listing.id])
  const authority = (await authorities.readHeldStatements(tx, [listing.authority])).get(listing.authority) ?? null
  const today = shanghaiDate(now)
  const of = { listing, operator, decision: decision?.body ?? null, authority, moves, issued: null, today }
  return { fileHash: draftDocument(rules, 'DECISION', of, 'OFFICER').sha256, paper: 'DRAFT' }
}
