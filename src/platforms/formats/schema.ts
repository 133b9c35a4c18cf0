/** An outgoing row held against its format's schema. */

import type { Notice } from '../../domain/delivery/delivery.js'
import { contract, document } from '../../foundation/contracts.js'
import type { Fault } from '../platform.js'

/**
 * One fault for each field: what is absent breaks its type and its list of values alike. A broken condition is told as the
 * field that breaks it and once more as `if`; the field says enough.
 */
export const faultsIn = (format: string, row: unknown): Fault[] => {
  const faults = contract(`platforms/${format}`)(row).filter(({ rule }) => rule !== 'if')
  return faults.filter(({ field }, at) => faults.findIndex((other) => other.field === field) === at)
}

/**
 * The fields of a notice as its format can carry them. A removal waits for no words: in its row a text that is too long for the
 * receiver is cut, and one of another form than its field's is left out where the field may be empty. Any other row stays as it is,
 * for its check to find. `inner`: the fields stand in this object of the message.
 */
export const fitting = <R extends object>(
  { action, key }: Pick<Notice, 'action' | 'key'>,
  format: string,
  row: R,
  inner?: string,
): R => {
  if (action !== 'REMOVE') return row
  const whole = propertiesOf(format)
  const fields = inner === undefined ? whole : (whole[inner]?.properties ?? {})
  return Object.fromEntries(
    Object.entries(row).map(([code, value]) => [code, value === key ? key : fitted(fields[code], value)]),
  ) as R
}

const fitted = (field: Property | undefined, value: unknown): unknown => {
  if (field === undefined || typeof value !== 'string') return value
  const { maxLength, pattern, type } = field
  if (pattern !== undefined && type?.includes('null') && !new RegExp(pattern, 'u').test(value)) return null
  return maxLength === undefined || value.length <= maxLength ? value : [...value].slice(0, maxLength).join('')
}

interface Property {
  title: string
  type?: string | readonly string[]
  maxLength?: number
  pattern?: string
  properties?: Readonly<Record<string, Property>>
}

const propertiesOf = (format: string): Readonly<Record<string, Property>> =>
  (document(`platforms/${format}.json`) as { properties: Record<string, Property> }).properties

interface Column {
  /** The field's own name. */
  code: string
  /** Its Chinese name. */
  title: string
}

/** The fields of a format's row in the order of its schema. */
export const columnsOf = (format: string): Column[] =>
  Object.entries(propertiesOf(format)).map(([code, { title }]) => ({ code, title }))
