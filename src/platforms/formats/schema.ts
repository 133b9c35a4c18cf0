/** An outgoing row held against its format's schema. */
import { contract, document } from '../../contracts.js'
import type { Fault } from '../platform.js'

/**
 * One fault for each field: what is absent breaks its type and its list of values alike. A broken condition is told as the
 * field that breaks it and once more as `if`; the field says enough.
 */
export const faultsIn = (format: string, row: unknown): Fault[] => {
  const faults = contract(`platforms/${format}`)(row).filter(({ rule }) => rule !== 'if')
  return faults.filter(({ field }, at) => faults.findIndex((other) => other.field === field) === at)
}

interface Column {
  /** The field's own name. */
  code: string
  /** Its Chinese name. */
  title: string
}

/** The fields of a format's row in the order of its schema. */
export const columnsOf = (format: string): Column[] => {
  const { properties } = document(`platforms/${format}.json`) as { properties: Record<string, { title: string }> }
  return Object.entries(properties).map(([code, { title }]) => ({ code, title }))
}
