import { Refusal } from '../errors.js'

/** The platform answers but has no display, so a removal cannot be checked there. */
export class NoDisplay extends Refusal {
  constructor(reason: string) {
    super('PLATFORM_UNREACHABLE', { reason })
  }
}
