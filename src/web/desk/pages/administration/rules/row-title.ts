import { fieldLabel, isShownElsewhere, type MemberContent, memberContentOf } from '../../../../words/rule-words.js'
import type { RuleRowLineFragment } from '../fragments.generated.js'

interface ToldField {
  name: string
  is: MemberContent
}

const CALLED = ['zh', 'name', 'id', 'asker', 'act', 'duty', 'clock', 'severity']

export const toldFieldsOf = ({ fields }: Pick<RuleRowLineFragment, 'fields'>): ToldField[] =>
  fields
    .filter(({ name }) => !isShownElsewhere(name))
    .map(({ name, value }) => ({ name, is: memberContentOf(value, name) }))

export const titleFieldOf = (told: readonly ToldField[]): ToldField | undefined =>
  CALLED.map((name) => told.find((one) => one.name === name)).find((one) => typeof one?.is === 'string')

const TITLE_FIELDS = 2

export const ruleRowTitle = (of: Pick<RuleRowLineFragment, 'fields'>): string => {
  const told = toldFieldsOf(of).flatMap(({ name, is }) => (typeof is === 'string' && is !== '' ? [{ name, is }] : []))
  const title = titleFieldOf(told)
  if (title === undefined)
    return told
      .slice(0, TITLE_FIELDS)
      .map(({ name, is }) => `${fieldLabel(name)} ${is}`)
      .join('，')
  return [title, ...told.filter(({ name }) => name === 'value')].map(({ is }) => is).join(' ')
}
