import type { RuleConfirmations } from '../../domain/calendar/rule-confirmations.js'
import { type ClockRule, isConfirmedClock } from '../../domain/matters/clocks.js'
import {
  actorsOf,
  type MatterField,
  type MatterKind,
  type MatterMoveRow,
  movesOfKind,
} from '../../domain/matters/kind.js'
import type { BilingualText } from '../../foundation/text/words.js'
import { readMatterKinds } from '../../work/matters/kinds.js'
import type { GraphqlContext } from '../request/context.js'

const termsOf = (terms: Readonly<Record<string, BilingualText>>) =>
  Object.entries(terms).map(([code, { zh, en }]) => ({ code, name: { zh, en } }))

const fieldView = (
  kind: MatterKind,
  [code, { zh, en, text, one_of: values = {}, required }]: [string, MatterField],
) => ({
  code,
  name: { zh, en },
  required: required ?? false,
  longest: text ?? null,
  rowsOf: kind.answered_by_row?.answers === code ? kind.answered_by_row.rows : null,
  values: termsOf(values),
})

const CLOCK_ACTS = ['starts', 'meets', 'drops', 'pauses', 'resumes', 'extends', 'restarts'] as const

export const moveKindView = ([code, row]: [string, MatterMoveRow]) => ({
  code,
  name: { zh: row.zh, en: row.en },
  from: row.from ?? [],
  to: row.to ?? null,
  by: actorsOf(row).map((actor) => actor.toUpperCase()),
  requires: row.requires ?? [],
  guards: row.guards ?? [],
  effects: row.effects ?? [],
  clocks: CLOCK_ACTS.flatMap((act) => [row[act] ?? []].flat().map((clock) => `${act}:${clock}`)),
})

export const clockRuleView = (rule: ClockRule, confirmations?: RuleConfirmations) => {
  const { clock, row } = rule
  return {
    clock,
    when: Object.entries(row.when ?? {}).map(([field, value]) => `${field}=${value}`)[0] ?? null,
    from: row.from,
    to: row.to ?? null,
    value: row.value,
    unit: row.unit,
    extension: row.extension ?? null,
    source: row.source,
    confirmed: isConfirmedClock(rule, confirmations),
  }
}

export const kindView = (kind: MatterKind, confirmations?: RuleConfirmations) => ({
  id: kind.kind,
  name: { zh: kind.zh, en: kind.en },
  basis: kind.basis,
  openedBy: kind.opened_by,
  heldBy: kind.held_by,
  seatsOnly: kind.visibility === 'SEATS_ONLY',
  fields: Object.entries(kind.fields).map((field) => fieldView(kind, field)),
  attachments: termsOf(kind.attachments),
  states: Object.entries(kind.states).map(([code, { zh, en, waits_for: waited, ends }]) => ({
    code,
    name: { zh, en },
    waitsFor: waited?.toUpperCase() ?? null,
    outcome: ends ?? null,
  })),
  moves: Object.entries(movesOfKind(kind)).map(moveKindView),
  clocks: Object.entries(kind.clocks).flatMap(([clock, rows]) =>
    rows.map((row) => clockRuleView({ kind, clock, row }, confirmations)),
  ),
})

export const listKindViews = (confirmations?: RuleConfirmations) =>
  [...readMatterKinds().values()].map((kind) => kindView(kind, confirmations))

export const matterKindResolvers = {
  Query: {
    matterKinds: (_: unknown, __: unknown, { parts }: GraphqlContext) => listKindViews(parts.rules.confirmations),
  },
}
