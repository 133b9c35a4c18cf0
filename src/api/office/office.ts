import { isRemovedSetting, isSecretSetting } from '../../domain/office/settings.js'
import * as listings from '../../store/listing/listings.js'
import * as store from '../../store/office/proposals.js'
import { rowOf } from '../../work/calendar/rules.js'
import { listServiceFaults, proposeService } from '../../work/office/declaration.js'
import { examine } from '../../work/office/examine.js'
import { type ListEnd, type ListEndInput, listOwnLists, proposeListEnd } from '../../work/office/list-ends.js'
import { listUnconfirmedRows, proposeRuleRow, type RuleRowContent } from '../../work/office/rule-rows.js'
import { listSettingsInForce, proposeSettings as propose } from '../../work/office/settings.js'
import { listSetupSteps } from '../../work/office/setup.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { decideOfficeProposal, officeProposals, proposalView, rulePlace } from './proposals.js'

const officeSettings = async (_: unknown, __: unknown, { parts }: GraphqlContext) => {
  const { db, office } = parts
  const latest = await listSettingsInForce(db)
  return office.settings.map(({ name, kind, of }) => {
    const found = latest.get(name)
    const isLocked = office.isLocked(name)
    return {
      ...{ name, kind, of, isLocked, isSecret: isSecretSetting(kind) },
      value: isLocked ? null : (found?.value.shown ?? null),
      isSet: isLocked || (found !== undefined && !isRemovedSetting(found.value)),
      reason: found?.proposal.reason ?? null,
      proposedBy: found?.proposal.proposedBy ?? null,
      confirmedBy: found?.proposal.decidedBy ?? null,
      setAt: found?.proposal.decidedAt ?? null,
    }
  })
}

interface ProposeSettingsInput {
  values: { name: string; value?: string | null }[]
  reason: string
}

const hubFindings = async (_: unknown, __: unknown, { parts, now }: GraphqlContext) =>
  (await examine(parts.db, parts, now)).map(({ zh, en, ...found }) => ({ ...found, words: { zh, en } }))

const listSteps = (_: unknown, __: unknown, { parts, now }: GraphqlContext) => listSetupSteps(parts.db, parts, now)

const ownLists = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const waiting = await store.listWaiting<ListEnd>(db, 'LIST_ENDED')
  return (await listOwnLists(db, rules.lists)).map(({ id, zh, en, endedFrom = null }) => {
    const proposal = waiting.find(({ content }) => content.list === id)
    return { id, name: { zh, en }, endedFrom, waiting: proposal === undefined ? null : proposalView(context, proposal) }
  })
}

const endList = async (_: unknown, { input }: { input: Omit<ListEndInput, 'by' | 'now'> }, context: GraphqlContext) => {
  const { db, rules } = context.parts
  return proposalView(context, await proposeListEnd(db, rules, { ...refuseUnstorableText(input), ...actor(context) }))
}

const actor = ({ viewer, now }: GraphqlContext) => ({ by: viewer.sub ?? '', now })

const proposeSettings = async (_: unknown, { input }: { input: ProposeSettingsInput }, context: GraphqlContext) => {
  const { parts } = context
  const { values, reason } = refuseUnstorableText(input)
  const given = values.map(({ name, value = null }) => ({ name, value }))
  return proposalView(context, await propose(parts.db, parts, { values: given, reason, ...actor(context) }))
}

const officeService = async (_: unknown, __: unknown, { parts }: GraphqlContext) => {
  const [declared] = await store.listInForce(parts.db, 'SERVICE')
  const published = await listings.countAllPublicEntries(parts.db)
  return {
    since: declared?.decidedAt ?? null,
    published,
    lacks: declared ? [] : await listServiceFaults(parts.db, parts),
  }
}

const declareInService = async (_: unknown, args: { reason: string }, context: GraphqlContext) => {
  const { parts } = context
  return proposalView(
    context,
    await proposeService(parts.db, parts, { ...refuseUnstorableText(args), ...actor(context) }),
  )
}

const unconfirmedRules = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const { db, rules } = context.parts
  const waiting = new Map(
    (await store.listWaiting<RuleRowContent>(db, 'RULE_ROW')).map((one) => [one.content.key, one]),
  )
  return listUnconfirmedRows(rules, context.today).map(({ key, table, path, row, binds }) => {
    const proposal = waiting.get(key)
    return {
      ...{ key, table, ...rulePlace(context, { path, table }) },
      row: rowOf(row),
      binds,
      waiting: proposal === undefined ? null : proposalView(context, proposal),
    }
  })
}

interface RuleConfirmationInput {
  key: string
  source: string
  text: string
  readOn: string
}

const proposeRuleConfirmation = async (
  _: unknown,
  { input }: { input: RuleConfirmationInput },
  context: GraphqlContext,
) => {
  const { db, rules } = context.parts
  return proposalView(context, await proposeRuleRow(db, rules, { ...refuseUnstorableText(input), ...actor(context) }))
}

export const officeResolvers = {
  Query: {
    ...{ officeSettings, officeProposals, officeService, unconfirmedRules, ownLists, hubFindings },
    setupSteps: listSteps,
  },
  Mutation: {
    ...{ proposeSettings, declareInService, proposeRuleConfirmation, decideOfficeProposal },
    proposeListEnd: endList,
  },
}
