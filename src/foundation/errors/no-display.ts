/** A refusal that whoever checks a removal tells apart. */
import { Refusal } from '../errors.js'

/** PLATFORM_UNREACHABLE of a platform that answers and has no display: nobody can see there what was removed. */
export class NoDisplay extends Refusal {
  constructor(reason: string) {
    super('PLATFORM_UNREACHABLE', { reason })
  }
}
