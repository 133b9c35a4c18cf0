/** An outgoing row held against its format's schema. */
import { contract } from '../../contracts.js'
import type { Fault } from '../platform.js'

/** A broken condition is told twice, once as the field that breaks it and once as `if`; the field says enough. */
export const faultsIn = (format: string, row: unknown): Fault[] =>
  contract(`platforms/${format}`)(row).filter(({ rule }) => rule !== 'if')
