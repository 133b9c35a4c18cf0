/** Sentences of reasons are looked up in the scorecard, so stored rows need not hold them. */

import type { BilingualText } from '../../foundation/text/words.js'
import { FACTS } from '../records/facts.js'
import type { Reason } from './score.js'
import type { Scorecard } from './scorecard.js'

export type WordedReason = Reason & BilingualText & { dimension: string | null }

/** `card` must be the scorecard that gave the reason. */
export const wordReason = (reason: Reason, card: Scorecard): WordedReason => {
  const { dimension, zh, en } = wordsOf(reason, card)
  return { ...reason, dimension, zh, en }
}

type InPlace = BilingualText & { dimension: string | null }

const wordsOf = (reason: Reason, card: Scorecard): InPlace => {
  const { base, floor, ceiling } = card.sentences
  switch (reason.why) {
    case 'BASE':
      return placed(base, null)
    case 'FLOOR':
      return placed(floor, null)
    case 'CEILING':
      return placed(ceiling, null)
    case 'MISSING': {
      const said = found(card.missing, (each) => each.family === reason.rule, reason)
      return placed(said, said.dimension)
    }
    case 'CAP': {
      const rule = found(card.rules, (each) => each.id === reason.rule, reason)
      const cap = rule.kind === 'units' ? String(rule.cap) : ''
      return placed(filled(card.sentences.cap, 'cap', { zh: cap, en: cap }), rule.dimension)
    }
    case 'UNDATED': {
      const of = found([...card.rules, ...card.vetoes], (each) => each.id === reason.rule, reason)
      const { undated } = card.sentences
      return placed(reason.fact ? filled(undated, 'fact', FACTS[reason.fact]) : undated, of.dimension)
    }
    case 'UNIT': {
      const rule = found(card.rules, (each) => each.id === reason.rule, reason)
      const unit = found(rule.kind === 'units' ? rule.units : [], (each) => each.fact === reason.fact, reason)
      return placed(counted(unit, reason), rule.dimension)
    }
    case 'BIN': {
      const bins = card.rules.filter((rule) => rule.kind === 'bins')
      const rule = found(bins, (each) => each.id === reason.rule, reason)
      return placed(counted(rule, reason), rule.dimension)
    }
    case 'VETO': {
      const veto = found(card.vetoes, (each) => each.id === reason.rule, reason)
      return placed(counted(veto, reason), veto.dimension)
    }
  }
}

const found = <T>(all: readonly T[], is: (each: T) => boolean, reason: Reason): T => {
  const one = all.find(is)
  if (one === undefined) throw new Error(`This card gave no such reason: ${reason.why} ${reason.rule} ${reason.fact}`)
  return one
}

const placed = ({ zh, en }: BilingualText, dimension: string | null): InPlace => ({ dimension, zh, en })

const counted = (words: BilingualText, { count }: Reason): BilingualText =>
  filled(words, 'count', { zh: String(count), en: String(count) })

const filled = ({ zh, en }: BilingualText, blank: string, by: BilingualText): BilingualText => ({
  zh: zh.replace(`{${blank}}`, by.zh),
  en: en.replace(`{${blank}}`, by.en),
})
