/** Stand-in until H5's. */
import type { Draft } from './records.js'

export const subjectKey = (_draft: Draft): string | null => null
