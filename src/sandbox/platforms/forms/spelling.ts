export const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/
/** Six digits of GB/T 2260. */
export const DIVISION = /^\d{6}$/
export const ACTIONS = { ADD: 'ADD', CHANGE: 'CHANGE', REMOVE: 'REMOVE' } as const
