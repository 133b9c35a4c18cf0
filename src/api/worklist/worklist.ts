import { upgradeStoredCase } from '../../domain/listing/case.js'
import { needsConsent } from '../../domain/listing/lists.js'
import { TASKS, type WorkKind, type WorkProcess } from '../../domain/worklist/tasks.js'
import { findCaseTasks, type WorkScope } from '../../domain/worklist/worklist.js'
import type { StoredDeadline } from '../../store/listing/deadlines.js'
import type { ListedWork, WorkKey } from '../../store/worklist/worklist.js'
import { countWorkOf, findFeedsSeen, listWorkOf, type WorkQuestion } from '../../work/worklist/worklist.js'
import { calendarProposalByNumber } from '../listing/deadlines.js'
import { type ListingView, makeCaseView, readStoredListing } from '../listing/listing-view.js'
import { officeProposalByNumber } from '../office/proposals.js'
import { makeConnection, type PageArgs, readPageSize } from '../request/connection.js'
import type { GraphqlContext } from '../request/context.js'
import { makeCursorOfTexts, makeGlobalId, readTextsInCursor } from '../request/ids.js'
import { operatorById } from '../request/operator-at-time.js'
import { activationById } from '../scoring/scorecards.js'

const questionOf = ({ viewer, today, parts }: GraphqlContext): WorkQuestion => ({
  viewer,
  today,
  rules: parts.rules,
  feeds: findFeedsSeen(viewer, parts.agencies),
})

/** Only these subjects are told outside; others are row numbers. */
const NAMED: readonly WorkProcess[] = ['REJECTS', 'IDENTITY', 'DELIVERY', 'DISCREPANCY', 'ACCOUNT', 'CLIENT']

const subjectView = (kind: WorkKind, subject: string): string | null => {
  const { process } = TASKS[kind]
  if (process === 'MATTER') return makeGlobalId('Matter', subject)
  return NAMED.includes(process) || kind === 'CONFIRM_AUTHORITY' ? subject : null
}

const OFFICE_PROPOSALS: readonly WorkKind[] = ['CONFIRM_SETTINGS', 'CONFIRM_RULES', 'CONFIRM_RELEASE']

const proposalOf = (context: GraphqlContext, { kind, subject }: ListedWork) => ({
  calendarProposal: () => (kind === 'DECIDE_CALENDAR' ? calendarProposalByNumber(context, Number(subject)) : null),
  officeProposal: () => (OFFICE_PROPOSALS.includes(kind) ? officeProposalByNumber(context, Number(subject)) : null),
  activation: () => (kind === 'DECIDE_SCORECARD' ? activationById(context, Number(subject)) : null),
})

const itemView = (context: GraphqlContext, item: ListedWork) => {
  const { listingId, operatorId, subject } = item
  return {
    ...item,
    ...proposalOf(context, item),
    count: item.n,
    listing: listingId === null ? null : async () => makeCaseView(await readStoredListing(context, listingId)),
    operator: () => (operatorId === null ? null : operatorById(context, operatorId)),
    subject: subjectView(item.kind, subject),
  }
}

interface WorklistArgs extends PageArgs {
  scope?: WorkScope | null
  kind?: WorkKind | null
}

const worklist = async (_: unknown, args: WorklistArgs, context: GraphqlContext) => {
  const found = await listWorkOf(
    context.parts.db,
    questionOf(context),
    { scope: args.scope ?? 'MINE', kind: args.kind ?? null },
    { first: readPageSize(args) + 1, after: readKey(args.after) },
  )
  return makeConnection(
    found.map((item) => itemView(context, item)),
    args,
    ({ key: { due, since, kind, subject } }) => makeCursorOfTexts([due, since, kind, subject]),
  )
}

const readKey = (cursor: string | null | undefined): WorkKey | null => {
  const found = readTextsInCursor(cursor, 4)
  if (found === null) return null
  const [due = '', since = '', kind = '', subject = ''] = found
  return { due, since, kind, subject }
}

const workCounts = (_: unknown, __: unknown, context: GraphqlContext) =>
  countWorkOf(context.parts.db, questionOf(context))

const caseTasks = async (view: ListingView, _: unknown, context: GraphqlContext) => {
  if (view.uuid === null) return []
  const listing = await readStoredListing(context, view.uuid)
  if (listing.wrongFrom !== null) return []
  const facts = upgradeStoredCase(listing.facts)
  const open = (await context.load.deadlines(view.uuid)).filter(({ endedOn }) => endedOn === null)
  const list = context.parts.rules.lists.find(({ id }) => id === listing.list)
  const given = {
    isDefenceRunning: open.some(({ name, dueOn }) => name === 'DEFENCE' && dueOn >= context.today),
    isConsentNeeded: list !== undefined && needsConsent(list, facts.level, context.today),
  }
  return findCaseTasks(facts, given).map((kind) => taskView(kind, open, context.today))
}

const taskView = (kind: WorkKind, open: readonly StoredDeadline[], today: string) => {
  const dueOn = open.find(({ name }) => name === TASKS[kind].deadline)?.dueOn ?? null
  return { kind, dueOn, late: dueOn !== null && dueOn < today }
}

export const worklistResolvers = {
  Query: { worklist, workCounts },
  Listing: { tasks: caseTasks },
}
