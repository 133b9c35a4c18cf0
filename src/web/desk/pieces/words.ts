/** Words of enums in Chinese, as the schema describes them: one place for what a state is called. */
import { LABELS } from '../labels.generated.js'

export type EnumName = keyof typeof LABELS

/** The value itself where the schema has no word for it. */
export const labelOf = (name: EnumName, value: string | null | undefined): string =>
  value == null ? '—' : ((LABELS[name] as Record<string, string>)[value] ?? value)

/** Of a select: every value of the enum with its word. */
export const optionsOf = (name: EnumName): { value: string; label: string }[] =>
  Object.entries(LABELS[name]).map(([value, label]) => ({ value, label }))
