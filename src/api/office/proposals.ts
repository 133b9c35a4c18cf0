import { may } from '../../domain/access/viewer.js'
import { CLOCK_TABLE } from '../../domain/matters/clocks.js'
import {
  ACT_OF_PROPOSAL,
  type OfficeProposalKind,
  type OfficeVerdict,
  SIGHT_OF_PROPOSAL,
} from '../../domain/office/proposals.js'
import { isRemovedSetting, isSecretSetting } from '../../domain/office/settings.js'
import { Refusal } from '../../foundation/errors.js'
import * as store from '../../store/office/proposals.js'
import { rowOf } from '../../work/calendar/rules.js'
import { readMatterKinds } from '../../work/matters/kinds.js'
import type { RobotContent } from '../../work/notifications/group-robots.js'
import { decideOfficeProposal as decide, type OfficeDecision } from '../../work/office/decide.js'
import type { ListEnd } from '../../work/office/list-ends.js'
import type { AddedRule } from '../../work/office/rule-files.js'
import type { RuleRowContent } from '../../work/office/rule-rows.js'
import { listSettingsInForce, type SettingsContent } from '../../work/office/settings.js'
import { writeAuditRow } from '../request/audit-rows.js'
import type { GraphqlContext } from '../request/context.js'
import { parseWholeNumber } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'

const SHOWN_MOST = 200

export const proposalView = (context: GraphqlContext, { content, ...proposal }: store.OfficeProposal) => ({
  ...proposal,
  settings:
    proposal.kind === 'SETTINGS' ? changesIn(context, content as SettingsContent, proposal.state === 'PROPOSED') : [],
  added: proposal.kind === 'RULES_ADDED' ? addedView(content as AddedRule) : null,
  listEnd: proposal.kind === 'LIST_ENDED' ? listEndView(content as ListEnd) : null,
  rule: proposal.kind === 'RULE_ROW' ? readRuleView(context, content as RuleRowContent) : null,
  robot: proposal.kind === 'ROBOT' ? robotView(content as RobotContent) : null,
})

const robotView = ({ robot: name, form, region, kinds, digestHour, quietFrom, quietTo }: RobotContent) => ({
  ...{ name, form, region, kinds, digestHour, quietFrom, quietTo },
})

const addedView = ({ type, name, rule }: AddedRule) => ({ type, name, row: rowOf(rule) })

const listEndView = ({ list, from, zh, en }: ListEnd) => ({ list, from, name: { zh, en } })

const changesIn = ({ parts }: GraphqlContext, { values }: SettingsContent, isWaiting: boolean) => {
  let inForce: ReturnType<typeof listSettingsInForce> | undefined
  return values.flatMap((value) => {
    const setting = parts.office.settings.find(({ name }) => name === value.name)
    if (setting === undefined) return []
    const readPresent = async () => {
      inForce ??= listSettingsInForce(parts.db)
      return (await inForce).get(setting.name)?.value.shown ?? null
    }
    return [
      {
        ...setting,
        value: value.shown,
        present: isWaiting && !parts.office.isLocked(setting.name) ? readPresent : null,
        isRemoved: isRemovedSetting(value),
        isSecret: isSecretSetting(setting.kind),
      },
    ]
  })
}

const readRuleView = (context: GraphqlContext, content: RuleRowContent) => ({
  ...content,
  ...rulePlace(context, content),
  row: rowOf(content.row),
})

export const rulePlace = ({ parts }: GraphqlContext, { path, table }: { path: readonly string[]; table: string }) => ({
  listZh:
    table === CLOCK_TABLE
      ? ([...readMatterKinds().values()].find(({ kind }) => path.includes(kind))?.zh ?? null)
      : (parts.rules.lists.find(({ id }) => table === 'lists' && path.includes(id))?.zh ?? null),
  section: table === CLOCK_TABLE ? 'clocks' : (path.at(-1) ?? table),
})

const seenKinds = ({ viewer }: GraphqlContext): OfficeProposalKind[] =>
  (Object.keys(SIGHT_OF_PROPOSAL) as OfficeProposalKind[]).filter((kind) => may(viewer, SIGHT_OF_PROPOSAL[kind]))

export const officeProposals = async (_: unknown, __: unknown, context: GraphqlContext) =>
  (await store.listNewest(context.parts.db, seenKinds(context), SHOWN_MOST)).map((one) => proposalView(context, one))

export const officeProposalByNumber = async (context: GraphqlContext, id: number) => {
  const found = await store.findProposal(context.parts.db, id)
  return found !== null && seenKinds(context).includes(found.kind) ? proposalView(context, found) : null
}

interface DecideOfficeProposalInput {
  id: string
  verdict: OfficeVerdict
  note?: string | null
}

export const decideOfficeProposal = async (
  _: unknown,
  { input }: { input: DecideOfficeProposalInput },
  context: GraphqlContext,
) => {
  const { id, verdict, note = null } = refuseUnstorableText(input)
  const number = parseWholeNumber(id)
  if (number === null) throw new Refusal('OFFICE_PROPOSAL_UNKNOWN')
  return proposalView(context, await decideAsViewer(context, { id: number, verdict, note }))
}

export const decideAsViewer = async (
  context: GraphqlContext,
  made: Pick<OfficeDecision, 'id' | 'verdict' | 'note'>,
): Promise<store.OfficeProposal> => {
  const { parts, viewer, now } = context
  const mayDecide = (kind: OfficeProposalKind) => may(viewer, ACT_OF_PROPOSAL[kind])
  // Only this row explains why the restored audit log lacks rows.
  const auditRelease = () => writeAuditRow(parts, context, viewer, { kind: 'RELEASED', asked: 'releaseRestored' })
  return decide(parts.db, parts, { ...made, by: viewer.sub ?? '', now, mayDecide, auditRelease })
}
