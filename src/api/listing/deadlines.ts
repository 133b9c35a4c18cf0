import { may, regionBoundOf } from '../../domain/access/viewer.js'
import { type CalendarDays, type CalendarVerdict, groupDaysByList, isWorkday } from '../../domain/calendar/calendar.js'
import { isConfirmedIn } from '../../domain/calendar/rule-confirmations.js'
import { PARTY_DEADLINES } from '../../domain/listing/deadlines.js'
import { Refusal } from '../../foundation/errors.js'
import * as proposals from '../../store/calendar/calendar-proposals.js'
import * as store from '../../store/listing/deadlines.js'
import * as work from '../../work/calendar/calendar.js'
import { previewMovedDeadlines, renewDeadlines } from '../../work/listing/deadlines.js'
import { makeConnection, type OrderedPageArgs, readPageSize } from '../request/connection.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { makeDueCursor, parseWholeNumber, readDueInCursor } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { readOperatorWords } from '../request/operator-words.js'
import { makeCaseView, readStoredListing } from './listing-view.js'

const MOVED_SHOWN = 20
const PROPOSALS_SHOWN = 100

export const makeDeadlineView = (context: GraphqlContext, deadline: store.StoredDeadline) => {
  const { rule, ruleVersion } = deadline
  return {
    ...deadline,
    state: stateOf(deadline, context.today),
    rule: async () => {
      const { list } = await readStoredListing(context, deadline.listingId)
      const rows = context.parts.rules.lists.find(({ id }) => id === list)?.numbers ?? []
      return { ...rule, confirmed: rule.confirmed || isConfirmedIn(rows, rule), version: ruleVersion }
    },
    listing: async () => makeCaseView(await readStoredListing(context, deadline.listingId)),
  }
}

const stateOf = ({ name, dueOn, outcome }: store.StoredDeadline, today: string): store.DeadlineState => {
  if (outcome !== null) return outcome
  if (dueOn >= today) return 'COMING'
  return PARTY_DEADLINES.includes(name) ? 'RUN_OUT' : 'MISSED'
}

interface DeadlineArgs extends OrderedPageArgs {
  state?: store.DeadlineState | null
  filter?: { [K in 'kind' | 'list' | 'region' | 'name']?: store.DeadlineFilter[K] } | null
}

const list = async (_: unknown, args: DeadlineArgs, context: GraphqlContext) => {
  const { db } = context.parts
  const { kind = null, list: kindOfList = null, ...words } = args.filter ?? {}
  const ended = may(context.viewer, 'see_removed')
  const filter = {
    state: args.state ?? 'COMING',
    today: context.today,
    partys: PARTY_DEADLINES,
    ended,
    kind,
    ...refuseUnstorableText({ list: kindOfList }),
    ...readOperatorWords(words),
    sight: regionBoundOf(context.viewer),
  }
  const page = { first: readPageSize(args) + 1, after: readDueInCursor(args.after), order: args.order ?? 'OLDEST' }
  const deadlines = await store.list(db, filter, page)
  return makeConnection(
    deadlines.map((deadline) => makeDeadlineView(context, deadline)),
    args,
    makeDueCursor,
    (most) => store.count(db, filter, most),
  )
}

const proposalView = ({ days, ...proposal }: proposals.CalendarProposal) => ({ ...proposal, ...groupDaysByList(days) })

const calendarProposals = async (_: unknown, __: unknown, { parts }: GraphqlContext) =>
  (await proposals.listNewestProposals(parts.db, PROPOSALS_SHOWN)).map(proposalView)

export const calendarProposalByNumber = async ({ parts, viewer }: GraphqlContext, id: number) => {
  const found = may(viewer, 'amend_calendar') ? await proposals.findProposal(parts.db, id) : null
  return found && proposalView(found)
}

const amendCalendar = async (
  _: unknown,
  { input }: { input: CalendarDays & { reason: string } },
  context: GraphqlContext,
) => {
  const { db, rules } = context.parts
  const made = { ...refuseUnstorableText(input), by: context.viewer.sub ?? '', now: context.now }
  return settled(context, await work.proposeCalendar(db, rules, made), 0)
}

interface CalendarVerdictInput {
  id: string
  verdict: CalendarVerdict
  note?: string | null
}

const decideCalendar = async (_: unknown, { input }: { input: CalendarVerdictInput }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const { id, verdict, note = null } = refuseUnstorableText(input)
  const number = parseWholeNumber(id)
  if (number === null) throw new Refusal('CALENDAR_UNKNOWN')
  const made = { id: number, verdict, note, by: context.viewer.sub ?? '', now: context.now }
  const proposal = await work.decideCalendar(db, rules, made)
  if (proposal.state !== 'IN_FORCE') return settled(context, proposal, 0)
  const { moved } = await renewDeadlines(db, rules)
  renewLoaders(context)
  return settled(context, proposal, moved)
}

const settled = async ({ parts }: GraphqlContext, proposal: proposals.CalendarProposal, moved: number) => {
  const { calendar } = await work.applyAmendmentsToRules(parts.db, parts.rules)
  return { proposal: proposalView(proposal), knownUntil: calendar.knownUntil, moved }
}

const calendarForeseen = async (_: unknown, args: CalendarDays, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const { before, after, days } = await work.previewCalendar(db, rules, refuseUnstorableText(args))
  const { moves, moved } = await previewMovedDeadlines(db, after, {
    shown: MOVED_SHOWN,
    ended: may(context.viewer, 'see_removed'),
  })
  return {
    knownUntil: after.knownUntil,
    days: days.map((on) => ({ on, before: isWorkday(before, on), after: isWorkday(after, on) })),
    moves,
    moved: moved.map(({ deadline, due }) => ({ ...due, deadline: makeDeadlineView(context, deadline) })),
  }
}

export const deadlineResolvers = {
  Query: { deadlines: list, calendarForeseen, calendarProposals },
  Mutation: { amendCalendar, decideCalendar },
}
