import type { AgencyFeed } from '../../agencies/feed.js'
import type { ListKind } from '../../domain/listing/lists.js'
import { checkLists } from '../../domain/listing/lists-check.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import * as contracts from '../../foundation/contracts.js'
import { Refusal, reasonOf } from '../../foundation/errors.js'
import { findDuplicateKey } from '../../foundation/text/json.js'
import { findUnstorableText } from '../../foundation/text/storable.js'
import type { Db, Tx } from '../../store/db/db.js'
import * as proposals from '../../store/office/proposals.js'
import * as feedMaps from '../intake/feed-maps.js'
import { keepCard, listCardFaults, listVersionsInFiles } from '../scoring/scorecards.js'
import { type AddedRule, recogniseRule, withAddedLists } from './rule-files.js'

export type AddedRuleProposal = proposals.OfficeProposal<AddedRule>

export interface AddedRuleParts {
  filedLists: readonly ListKind[]
  feeds: ReadonlyMap<string, Pick<AgencyFeed, 'id' | 'forms'>>
  pseudonymOf: (id: string) => string
}

const LISTS_FILE = 'rules/lists.json'
/** The longest file of ours has 20,000 characters. */
const FILE_CHARACTERS_MOST = 250_000
const FAULTS_TOLD_MOST = 20

const listListFaults = (lists: readonly ListKind[]): string[] => {
  const { about } = contracts.schemaDocument(LISTS_FILE) as { about: object }
  const { items } = contracts.schemaDocument('rules/measures.json') as { items: string[] }
  const shape = contracts.contractCheck('contracts/lists')({ about, lists })
  if (shape.length > 0) return shape.map(({ message }) => message)
  return checkLists(lists, items).map(({ place, reason }) => `${place} ${reason}`)
}

/** Refusal RULES_BROKEN: a release may refuse what an earlier one accepted. */
export const listAllLists = (filed: readonly ListKind[], added: readonly AddedRule[]): readonly ListKind[] => {
  if (!added.some(({ type }) => type === 'LIST')) return filed
  const lists = withAddedLists(filed, added)
  const faults = listListFaults(lists)
  if (faults.length > 0) throw new Refusal('RULES_BROKEN', { file: 'hub rules list', faults: faults.join('; ') })
  return lists
}

/** Refusals: RULE_FILE_INVALID, FEED_MAP_INVALID, INPUT_INVALID. */
export const proposeAddedRule = async (
  db: Db,
  parts: AddedRuleParts,
  { text, reason, by, now }: { text: string; reason: string; by: string; now: Date },
): Promise<AddedRuleProposal> => {
  const rule = readRule(text)
  const said = checkAndRedactText(reason, '理由 the reason', parts.pseudonymOf)
  return db.transaction(async (tx) => {
    await proposals.lockOffice(tx)
    await checkRule(tx, parts, rule)
    return proposals.propose(tx, { kind: 'RULES_ADDED', content: rule, reason: said, by, at: now })
  })
}

const readRule = (text: string): AddedRule => {
  if (text.length > FILE_CHARACTERS_MOST)
    throw new Refusal('RULE_FILE_INVALID', {
      faults: `多于 ${FILE_CHARACTERS_MOST} 个字符 more than ${FILE_CHARACTERS_MOST} characters`,
    })
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new Refusal('RULE_FILE_INVALID', { faults: reasonOf(error) })
  }
  const twice = findDuplicateKey(text)
  if (twice !== null) throw new Refusal('RULE_FILE_INVALID', { faults: `名称重复 given twice: ${twice}` })
  const unstorable = findUnstorableText(content)
  if (unstorable !== null) throw new Refusal('RULE_FILE_INVALID', { faults: unstorable.reason })
  const rule = recogniseRule(content)
  if (rule !== null) return rule
  throw new Refusal('RULE_FILE_INVALID', {
    faults: '不是名单种类、评分卡或表头映射 neither a kind of list, a scorecard nor a map of headings',
  })
}

export const checkRule = async (tx: Tx, parts: AddedRuleParts, added: AddedRule): Promise<void> => {
  const faults = await listRuleFaults(tx, parts, added)
  if (faults.length > 0)
    throw new Refusal('RULE_FILE_INVALID', { faults: faults.slice(0, FAULTS_TOLD_MOST).join('; ') })
}

const listRuleFaults = async (
  tx: Tx,
  { filedLists, feeds, pseudonymOf }: AddedRuleParts,
  added: AddedRule,
): Promise<string[]> => {
  if (added.type === 'LIST') {
    const inForce = (await proposals.listInForce<AddedRule>(tx, 'RULES_ADDED')).map(({ content }) => content)
    if (filedLists.some(({ id }) => id === added.name)) return [`${added.name} 已在规则文件中 is in the rule files`]
    return listListFaults(withAddedLists(filedLists, [...inForce, added]))
  }
  if (added.type === 'SCORECARD')
    return listVersionsInFiles().includes(added.name)
      ? [`${added.name} 已在评分卡文件中 is in the scorecard files`]
      : listCardFaults(added.rule, added.name)
  const feed = feeds.get(added.name)
  if (feed === undefined) return [`没有数据源 there is no feed ${added.name}`]
  feedMaps.readMap({ feed, lines: added.rule.lines, pseudonymOf })
  return []
}

export const keepAddedRule = async (
  tx: Tx,
  { feeds, pseudonymOf }: AddedRuleParts,
  { content, proposedBy }: AddedRuleProposal,
  now: Date,
): Promise<void> => {
  if (content.type === 'SCORECARD') await keepCard(tx, content.rule, now)
  const feed = content.type === 'FEED_MAP' ? feeds.get(content.name) : undefined
  if (content.type === 'FEED_MAP' && feed)
    await feedMaps.addWithin(tx, { feed, lines: content.rule.lines, by: proposedBy, pseudonymOf, now })
}
