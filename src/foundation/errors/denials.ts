import DENIALS from '../../../schema/words/denials.json' with { type: 'json' }
import MATTER_DENIALS from '../../../schema/words/matter-denials.json' with { type: 'json' }

export { DENIALS }

export type DenialCode = keyof typeof DENIALS

export { MATTER_DENIALS }

export type MatterDenialCode = keyof typeof MATTER_DENIALS
