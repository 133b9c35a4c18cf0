/** Gazette of 智慧財產局 (Taiwan): Traditional script, ROC years, no owner codes. */
import { parseRocDate } from '../../foundation/time/dates.js'
import type { Examination } from '../examine.js'
import type { FeedForm } from '../feed.js'
import { checkOrder, classesOf, draftsOf, NO_CODES, numberOf } from './mark.js'

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", nbsp: ' ' }
const ENTITY = /&(amp|lt|gt|quot|apos|nbsp|#39);/g

export const gazette: FeedForm = {
  names: [
    'register_no',
    'case_no',
    'trademark_name',
    'filing_date_roc',
    'start_roc',
    'end_roc',
    'nice_classes',
    'owner_zh_hant',
    'owner_en',
  ],
  keyed: ['register_no', 'nice_classes'],
  drafts: (row, { today }) => {
    const applied = dateOf(row, 'filing_date_roc')
    const registered = dateOf(row, 'start_roc')
    const expires = dateOf(row, 'end_roc')
    if (row.text('start_roc') === null) row.required('start_roc')
    for (const [field, day] of [
      ['filing_date_roc', applied],
      ['start_roc', registered],
    ] as const) {
      if (day !== null && day > today)
        row.remark(field, 'date.future', `${field}晚于今天：${day}。${field} lies in the future.`)
    }
    checkOrder(row, [
      ['filing_date_roc', applied],
      ['start_roc', registered],
      ['end_roc', expires],
    ])
    return draftsOf(row, {
      office: 'TW',
      number: numberOf(row, 'register_no'),
      application: row.text('case_no'),
      name: plain(row, 'trademark_name', row.text('trademark_name')),
      owner: plain(row, 'owner_zh_hant', row.requiredName('owner_zh_hant')) ?? '',
      ownerEn: plain(row, 'owner_en', row.name('owner_en')),
      codes: NO_CODES,
      status: 'REGISTERED',
      applied,
      registered,
      expires,
      classes: classesOf(row, 'nice_classes').map((one) => ({ class: one, goods: [] })),
    })
  },
}

const dateOf = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  if (sent === null) return null
  const day = parseRocDate(row.value(field))
  if (day === null)
    row.problem(field, 'date', `${field}不是民国纪年的日期：${sent}。${field} is no day in years of the Republic.`)
  return day
}

/** Decodes HTML entities left by the web page, once. */
const plain = (row: Examination, field: string, text: string | null): string | null => {
  const read = text?.replace(ENTITY, (entity, name: string) => ENTITIES[name] ?? entity) ?? null
  if (read !== text)
    row.remark(field, 'value.entity', `${field}含 HTML 实体，已还原。${field} held HTML entities; read as signs.`)
  return read
}
