import { LABELS } from '../labels.generated.js'

export type EnumName = keyof typeof LABELS

export const labelOf = (name: EnumName, value: string | null | undefined): string =>
  value == null ? '—' : ((LABELS[name] as Record<string, string>)[value] ?? value)

export const optionsOf = (name: EnumName): { value: string; label: string }[] =>
  Object.entries(LABELS[name]).map(([value, label]) => ({ value, label }))
