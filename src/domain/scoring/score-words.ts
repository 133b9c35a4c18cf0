import type { BilingualText } from '../../foundation/text/words.js'
import { FACTS } from '../records/facts.js'
import type { Reason } from './score.js'
import type { Scorecard } from './scorecard.js'

type WordedReason = Reason & BilingualText & { dimension: string | null }

export const wordReason = (reason: Reason, card: Scorecard): WordedReason => {
  const { count, fact } = reason
  const { words, dimension = null, cap = null } = sentenceOf(reason, card)
  const filled = (language: keyof BilingualText): string =>
    words[language]
      .replace('{count}', String(count))
      .replace('{cap}', String(cap))
      .replace('{fact}', fact ? FACTS[fact][language] : '{fact}')
  return { ...reason, dimension, zh: filled('zh'), en: filled('en') }
}

const sentenceOf = ({ why, rule: id, fact }: Reason, card: Scorecard) => {
  const { base, floor, ceiling, cap, undated } = card.sentences
  const rule = card.rules.find((each) => each.id === id)
  const units = rule?.kind === 'units' ? rule : undefined
  const veto = card.vetoes.find((each) => each.id === id)
  const missing = card.missing.find(({ family }) => family === id)
  const words = {
    BASE: base,
    FLOOR: floor,
    CEILING: ceiling,
    MISSING: missing,
    CAP: units && cap,
    UNDATED: (rule ?? veto) && undated,
    UNIT: units?.units.find((unit) => unit.fact === fact),
    BIN: rule?.kind === 'bins' ? rule : undefined,
    VETO: veto,
  }[why]
  if (words === undefined) throw new Error(`This card gave no such reason: ${why} ${id} ${fact}`)
  return { words, dimension: (why === 'MISSING' ? missing : (rule ?? veto))?.dimension, cap: units?.cap }
}
