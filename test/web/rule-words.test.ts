import { expect } from 'chai'
import {
  fieldLabel,
  isShownElsewhere,
  memberContentOf,
  RULE_SECTION_WORDS,
  RULE_TABLE_WORDS,
} from '../../src/web/words/rule-words.js'
import { listRuleTables } from '../../src/work/calendar/rules.js'

const namesIn = (name: string, value: unknown): string[] => {
  if (isShownElsewhere(name)) return []
  const content = memberContentOf(value)
  const inner = typeof content === 'string' ? [] : content.flatMap(Object.entries)
  return [name, ...inner.flatMap(([name, value]) => namesIn(name, value))]
}

describe('labels of rule tables at the desk', () => {
  for (const { name, sections } of listRuleTables())
    it(`the table ${name}, its sections and all its fields have a Chinese label`, () => {
      expect(RULE_TABLE_WORDS[name], name).to.match(/\p{Script=Han}/u)
      for (const section of sections) {
        expect(RULE_SECTION_WORDS[section.name], section.name).to.match(/\p{Script=Han}/u)
        for (const field of section.rows.flatMap(({ fields }) => fields))
          for (const inner of namesIn(field.name, field.value))
            expect(fieldLabel(inner), inner).to.match(/\p{Script=Han}/u)
      }
    })
})
