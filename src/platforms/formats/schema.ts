/** An outgoing row held against its format's schema. */
import { contract, document } from '../../contracts.js'
import type { Fault } from '../platform.js'

/** A broken condition is told twice, once as the field that breaks it and once as `if`; the field says enough. */
export const faultsIn = (format: string, row: unknown): Fault[] =>
  contract(`platforms/${format}`)(row).filter(({ rule }) => rule !== 'if')

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
