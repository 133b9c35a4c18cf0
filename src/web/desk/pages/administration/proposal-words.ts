import { fieldLabel, RULE_SECTION_WORDS, RULE_TABLE_WORDS } from '../../../words/rule-words.js'
import { regionWords } from '../../pieces/places.js'
import { labelOf } from '../../pieces/words.js'
import { timingWords } from '../reminders/choice.js'
import type { OfficeProposalLineFragment } from './fragments.generated.js'
import { ruleRowTitle } from './rules/row-title.js'
import { settingChangeWords } from './settings/words.js'

interface RulePlace {
  table: string
  listZh?: string | null
  section: string
}

export const rulePlaceWords = ({ table, listZh, section }: RulePlace): string =>
  [RULE_TABLE_WORDS[table] ?? table, listZh, RULE_SECTION_WORDS[section] ?? fieldLabel(section)]
    .filter((word, i, all) => word != null && word !== all[i - 1])
    .join(' · ')

export const officeProposalWords = (of: OfficeProposalLineFragment): string[] => {
  const { kind, rule, added, listEnd, robot, settings, state } = of
  if (rule) return [`${rulePlaceWords(rule)}：${ruleRowTitle(rule.row)}，由未核实改为已核实`]
  if (added) return [`增加${labelOf('OwnRuleType', added.type)}：${ruleRowTitle(added.row) || added.name}`]
  if (listEnd) return [`${listEnd.name.zh}：由在用改为自 ${listEnd.from} 起不再新立案件`]
  if (robot) return [robotWords(robot)]
  if (kind === 'SERVICE') return ['由试运行改为正式运行']
  if (settings.length === 0) return [labelOf('OfficeProposalKind', kind)]
  return settings.map((one) => settingChangeWords(one, state === 'PROPOSED'))
}

const robotWords = (of: NonNullable<OfficeProposalLineFragment['robot']>): string => {
  const kinds = of.kinds.map((kind) => labelOf('NotificationKind', kind)).join('、') || '不发送任何事项'
  return `${labelOf('RobotForm', of.form)}群“${of.name}”，${regionWords(of.region)}，${kinds}，${timingWords(of)}`
}
