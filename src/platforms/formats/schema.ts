import type { Notice } from '../../domain/delivery/delivery.js'
import { contractCheck, schemaDocument } from '../../foundation/contracts.js'
import type { FormatFault } from '../platform.js'

/** Omits faults of the rule `if`, which repeat the failed condition. */
export const findFormatFaults = (format: string, row: unknown): FormatFault[] => {
  const faults = contractCheck(`platforms/${format}`)(row).filter(({ rule }) => rule !== 'if')
  return faults.filter(({ field }, at) => faults.findIndex((other) => other.field === field) === at)
}

/**
 * No removal waits for corrections: cuts long texts, omits malformed optional ones. `inner` names the
 * object with the fields.
 */
export const fitToFormat = <R extends object>(
  { action, key }: Pick<Notice, 'action' | 'key'>,
  format: string,
  row: R,
  inner?: string,
): R => {
  if (action !== 'REMOVE') return row
  const whole = propertiesOf(format)
  const fields = inner === undefined ? whole : (whole[inner]?.properties ?? {})
  return Object.fromEntries(
    Object.entries(row).map(([code, value]) => [code, value === key ? key : fitField(fields[code], value)]),
  ) as R
}

const fitField = (field: SchemaProperty | undefined, value: unknown): unknown => {
  if (field === undefined || typeof value !== 'string') return value
  const { maxLength, pattern, type } = field
  if (pattern !== undefined && type?.includes('null') && !new RegExp(pattern, 'u').test(value)) return null
  return maxLength === undefined || value.length <= maxLength ? value : [...value].slice(0, maxLength).join('')
}

interface SchemaProperty {
  title: string
  type?: string | readonly string[]
  maxLength?: number
  pattern?: string
  properties?: Readonly<Record<string, SchemaProperty>>
}

const propertiesOf = (format: string): Readonly<Record<string, SchemaProperty>> =>
  (schemaDocument(`platforms/${format}.json`) as { properties: Record<string, SchemaProperty> }).properties

interface FormatColumn {
  code: string
  title: string
}

export const formatColumns = (format: string): FormatColumn[] =>
  Object.entries(propertiesOf(format)).map(([code, { title }]) => ({ code, title }))
