import type { ListKind } from '../../domain/listing/lists.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import { Refusal } from '../../foundation/errors.js'
import { isDate, shanghaiDate } from '../../foundation/time/dates.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import type { AddedRule } from './rule-files.js'

/** `from`: first day without new cases. */
export interface ListEnd {
  list: string
  zh: string
  en: string
  from: string
}

type InForce<Content> = Pick<proposals.OfficeProposal<Content>, 'content' | 'revision'>

/** A list that was added anew after its end stands again. */
export const withListEnds = (
  lists: readonly ListKind[],
  added: readonly InForce<AddedRule>[],
  ends: readonly InForce<ListEnd>[],
): readonly ListKind[] => {
  if (ends.length === 0) return lists
  const addedAt = new Map(
    added.flatMap(({ content, revision }) => (isList(content) ? [[content.name, revision ?? 0]] : [])),
  )
  const standing = ends.filter(({ content, revision }) => (revision ?? 0) > (addedAt.get(content.list) ?? 0))
  const endOf = new Map(standing.map(({ content }) => [content.list, content.from]))
  return lists.map((list) => {
    const endedFrom = endOf.get(list.id)
    return endedFrom === undefined ? list : { ...list, endedFrom }
  })
}

const isList = ({ type }: AddedRule): boolean => type === 'LIST'

export const listOwnLists = async (db: Db | Tx, lists: readonly ListKind[]): Promise<ListKind[]> => {
  const added = await proposals.listInForce<AddedRule>(db, 'RULES_ADDED')
  const own = new Set(added.flatMap(({ content }) => (isList(content) ? [content.name] : [])))
  return lists.filter(({ id }) => own.has(id))
}

export interface ListEndInput {
  list: string
  from: string
  reason: string
  by: string
  now: Date
}

/** Refusals: OWN_LIST_UNKNOWN, OWN_LIST_ENDED, OFFICE_PROPOSAL_WAITS, DATE_INVALID, INPUT_INVALID. */
export const proposeListEnd = async (
  db: Db,
  { lists, pseudonymOf }: { lists: readonly ListKind[]; pseudonymOf: (id: string) => string },
  { list: id, from, reason, by, now }: ListEndInput,
): Promise<proposals.OfficeProposal> => {
  if (!isDate(from) || from < shanghaiDate(now)) throw new Refusal('DATE_INVALID', { value: from })
  const said = checkAndRedactText(reason, '理由 the reason', pseudonymOf)
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    const list = (await listOwnLists(tx, lists)).find((one) => one.id === id)
    if (list === undefined) throw new Refusal('OWN_LIST_UNKNOWN')
    if (list.endedFrom !== undefined) throw new Refusal('OWN_LIST_ENDED', { from: list.endedFrom })
    const waiting = await proposals.listWaiting<ListEnd>(tx, 'LIST_ENDED')
    if (waiting.some(({ content }) => content.list === id)) throw new Refusal('OFFICE_PROPOSAL_WAITS')
    const content: ListEnd = { list: id, zh: list.zh, en: list.en, from }
    return proposals.propose(tx, { kind: 'LIST_ENDED', content, reason: said, by, at: now })
  })
}
