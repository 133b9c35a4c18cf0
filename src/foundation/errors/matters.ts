import MATTER_DENIALS from '../../../schema/words/matter-denials.json' with { type: 'json' }

export { MATTER_DENIALS }

export type MatterDenialCode = keyof typeof MATTER_DENIALS
