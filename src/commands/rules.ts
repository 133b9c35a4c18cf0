import { readFileSync } from 'node:fs'
import { nameCommandAuthor } from '../hub/command-audit.js'
import * as store from '../store/office/proposals.js'
import { checkReadable } from '../work/intake/pull.js'
import { proposeAddedRule } from '../work/office/added-rules.js'
import type { AddedRule } from '../work/office/rule-files.js'
import type { Command } from './program.js'
import { answerWithHub } from './with-hub.js'

const LISTED_MOST = 200

const view = ({ id, content, state, reason, proposedBy, endorsedBy, decidedBy }: store.OfficeProposal) => {
  const { type, name } = content as AddedRule
  return { id, type, name, state, reason, proposedBy, endorsedBy, decidedBy }
}

const lineOf = ({ id, type, name, state, proposedBy, endorsedBy, decidedBy }: ReturnType<typeof view>): string =>
  `${id} ${type} ${name} ${state} ${[proposedBy, endorsedBy, decidedBy].filter(Boolean).join(' → ')}`

export const addRulesCommand = (command: Command): void => {
  const rules = command.command('rules').description('本机关自己的规则 · rules of the office’s own')
  const add = rules
    .command('add <file>')
    .requiredOption('--reason <text>', '依据 · why')
    .description(
      '提出名单种类、评分卡或表头映射（JSON），由两人在工作台确认 · propose a kind of list, a scorecard or a map of headings',
    )
  answerWithHub(add, (file: string, { reason }: { reason: string }) => {
    checkReadable(file)
    return async (hub) => {
      const made = { text: readFileSync(file, 'utf8'), reason, by: nameCommandAuthor(), now: hub.now() }
      const words = `hub rules add ${JSON.stringify(file)}`
      const value = view(await hub.recorded(words, () => proposeAddedRule(hub.db, hub.office.ruleParts(), made)))
      return {
        value,
        lines: [lineOf(value), '待两人在工作台“规则核实”中确认 waits for two persons at the desk (规则核实)'],
      }
    }
  })
  const list = rules.command('list').description('列出自己的规则及其状态 · list them with their states')
  answerWithHub(list, () => async (hub) => {
    const own = (await store.listNewest(hub.db, ['RULES_ADDED'], LISTED_MOST)).map(view)
    return { value: { rules: own }, lines: own.length === 0 ? ['没有自己的规则 none'] : own.map(lineOf) }
  })
}
