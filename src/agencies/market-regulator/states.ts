import * as contracts from '../../foundation/contracts.js'
import { Refusal } from '../../foundation/errors.js'
import { compactText } from '../../foundation/text/values.js'

const FILE = 'rules/registration-states'

export interface StateRow {
  word: string
  state: string
}

export const mapWordsToStates = (rows: readonly StateRow[]): Readonly<Record<string, string>> => {
  const states = new Map<string, string>()
  for (const { word, state } of rows) {
    const key = compactText(word)
    if (states.has(key)) throw broken(`${word} 重复。The word is there twice.`)
    states.set(key, state)
  }
  return Object.fromEntries(states)
}

const broken = (faults: string): Refusal => new Refusal('RULES_BROKEN', { file: `schema/${FILE}.json`, faults })

const read = (): Readonly<Record<string, string>> => {
  const content = contracts.schemaDocument(`${FILE}.json`)
  const faults = contracts.contractCheck('contracts/registration-states')(content)
  if (faults.length > 0) throw broken(faults.map(({ message }) => message).join('; '))
  return mapWordsToStates((content as { states: StateRow[] }).states)
}

export const STATUS_BY_WORD = read()
