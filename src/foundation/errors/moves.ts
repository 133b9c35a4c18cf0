import DENIALS from '../../../schema/words/denials.json' with { type: 'json' }

export { DENIALS }

export type DenialCode = keyof typeof DENIALS
