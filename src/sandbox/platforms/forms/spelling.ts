import type { RowForm } from '../received-rows.js'

const ISO_DAY = /^(\d{4})-(\d{2})-(\d{2})$/
export const DIVISION_PATTERN = /^\d{6}$/
const ACTIONS = { ADD: 'ADD', CHANGE: 'CHANGE', REMOVE: 'REMOVE' } as const

type OwnParts = 'kind' | 'names' | 'required' | 'known' | 'codes' | 'documentNumber'

export const makeRowForm = (own: Pick<RowForm, OwnParts> & Partial<RowForm>): RowForm => ({
  never: [],
  actions: ACTIONS,
  day: ISO_DAY,
  passing: [],
  ...own,
})
