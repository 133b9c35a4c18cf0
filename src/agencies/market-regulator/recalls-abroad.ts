import type { RecordBody } from '../../domain/records/records.js'
import { trimmedTextOrNull } from '../../foundation/text/values.js'
import { isDate } from '../../foundation/time/dates.js'
import { type Examination, type FormDraft, NO_CODES } from '../examine.js'
import type { FeedForm } from '../feed.js'
import { mapWordsToValues, splitWords } from '../words.js'
import { findGtinsInText, joinLabelled, readGtins } from './goods.js'

const MAX_NAME = 200 // characters
const UNKNOWN_COUNTRY = 'Unknown'

export const cpscRecallForm: FeedForm = {
  names: splitWords(`
    organization recall_number recall_date recall_url manufacturers product_types descriptions upcs hazards
    countries`),
  drafts: (row, { today }) => {
    const number = row.required('recall_number')
    const organization = row.required('organization')
    const announced = row.pastDate('recall_date', today)
    const makers = texts(row, 'manufacturers')
    const types = texts(row, 'product_types')
    const described = texts(row, 'descriptions')
    if (described.length === 0)
      row.remark('descriptions', 'required', '没有产品描述，以产品类别代替。Nothing described; the type stands for it.')
    const product = described.length > 0 ? described : types
    if (product.length === 0) row.problem('descriptions', 'required', '没有产品。No product is named.')
    return [
      recall(`${organization.toLowerCase()}/${number}`, makers, announced, null, {
        number,
        announced_on: announced,
        product: product.join('; '),
        gtins: readGtins(row, 'upcs', texts(row, 'upcs')),
        hazard: joined(texts(row, 'hazards')),
        firm: joined(makers),
        party_role: makers.length === 0 ? 'UNKNOWN' : 'MANUFACTURER',
        country: joined(texts(row, 'countries')),
        authority: organization,
        url: row.text('recall_url'),
        note: joinLabelled({ 'Product type': joined(types) }),
      }),
    ]
  },
}

/** Safety Gate states no announcement date. It names the addressee of measures, not the maker. */
export const safetyGateForm: FeedForm = {
  names: splitWords(`
    alert_number country_of_origin risk_type product_name product_description brand product_category
    production_dates company_recall_code barcode batch_number type risk_description measures_authorities
    notifying_country`),
  drafts: (row) => {
    const number = row.required('alert_number')
    const country = row.text('country_of_origin')
    return [
      recall(`eu/${number}`, [], null, null, {
        number,
        announced_on: null,
        product: row.required('product_name'),
        brand: row.text('brand'),
        model: row.text('product_description'),
        gtins: readGtins(row, 'barcode', texts(row, 'barcode')),
        hazard: joined([row.text('risk_type'), row.text('risk_description')]),
        remedy: row.text('measures_authorities'),
        country: country === UNKNOWN_COUNTRY ? null : country,
        authority: 'EU Safety Gate',
        note: joinLabelled({
          'Product category': row.text('product_category'),
          'Production dates': row.text('production_dates'),
          'Batch number': row.text('batch_number'),
          'Company recall code': row.text('company_recall_code'),
          Type: row.text('type'),
          'Notifying country': row.text('notifying_country'),
        }),
      }),
    ]
  },
}

/** A "Completed" recall counts as ongoing until the authority terminates it. */
const PHASE = mapWordsToValues({ ONGOING: 'Ongoing Completed', TERMINATED: 'Terminated' })
const CLASS: Record<string, string> = { 1: 'Class I', 2: 'Class II', 3: 'Class III', NC: 'Not classified' }

/** The FDA sends one row per product. Unclassified products have no recall number. */
export const fdaRecallForm: FeedForm = {
  names: splitWords(`
    PRODUCTID RECALLEVENTID PRODUCTTYPESHORT PHASETXT RECALLINITIATIONDT FIRMLEGALNAM VOLUNTARYTYPETXT
    DISTRIBUTIONAREASUMMARYTXT CENTERCD CENTERCLASSIFICATIONDT TERMINATIONDT INITIALFIRMNOTIFICATIONTXT
    CENTERCLASSIFICATIONTYPETXT ENFORCEMENTREPORTDT FIRMFEINUM EVENTLMD PRODUCTDESCRIPTIONTXT PRODUCTSHORTREASONTXT
    RECALLNUM PRODUCTDISTRIBUTEDQUANTITY DETERMINATIONDT RID`),
  drafts: (row) => {
    const firm = row.requiredName('FIRMLEGALNAM')
    const product = row.required('PRODUCTDESCRIPTIONTXT')
    const begun = americanDate(row, 'RECALLINITIATIONDT')
    return [
      recall(
        `fda/${row.required('RECALLEVENTID')}/${row.required('PRODUCTID')}`,
        [firm],
        begun,
        americanDate(row, 'TERMINATIONDT'),
        {
          number: row.text('RECALLNUM'),
          announced_on: americanDate(row, 'ENFORCEMENTREPORTDT'),
          product,
          gtins: findGtinsInText(product),
          hazard: row.text('PRODUCTSHORTREASONTXT'),
          quantity: row.text('PRODUCTDISTRIBUTEDQUANTITY'),
          firm,
          classification: row.choice('CENTERCLASSIFICATIONTYPETXT', CLASS),
          status: row.choice('PHASETXT', PHASE),
          authority: `FDA ${row.required('CENTERCD')}`,
          note: joinLabelled({
            'Product type': row.text('PRODUCTTYPESHORT'),
            Phase: row.text('PHASETXT'),
            Initiated: begun,
            Voluntary: row.text('VOLUNTARYTYPETXT'),
            Distribution: row.text('DISTRIBUTIONAREASUMMARYTXT'),
          }),
        },
      ),
    ]
  },
}

const UNSTATED: RecordBody = {
  ...{ number: null, announced_on: null, brand: null, model: null, gtins: [], hazard: null, remedy: null },
  ...{ quantity: null, firm: null, party_role: 'UNKNOWN', country: null, classification: null, status: 'UNKNOWN' },
  ...{ authority: null, url: null, note: null },
}

const recall = (
  key: string,
  firms: readonly string[],
  validFrom: string | null,
  validTo: string | null,
  said: RecordBody,
): FormDraft => {
  const [first = null] = firms
  const name = firms.length === 1 && first !== null && first.length <= MAX_NAME ? first : null
  return {
    key,
    subject: { ...NO_CODES, name },
    body: { ...UNSTATED, ...said },
    validFrom,
    validTo,
  }
}

const texts = (row: Examination, field: string): string[] => {
  const sent = row.value(field)
  const all = Array.isArray(sent) ? sent : [sent]
  if (all.some((one) => typeof one === 'object' && one !== null)) {
    row.problem(field, 'value', `${field}应为文本列表。${field} must be a list of texts.`)
    return []
  }
  return all.map(trimmedTextOrNull).filter((one) => one !== null)
}

const joined = (parts: readonly (string | null)[]): string | null =>
  parts.filter((part) => part !== null).join('; ') || null

const americanDate = (row: Examination, field: string): string | null => {
  const sent = row.text(field)
  if (sent === null) return null
  const [, month = '', day = '', year = ''] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(sent) ?? []
  const date = `${year}-${month}-${day}`
  if (isDate(date)) return date
  row.problem(field, 'date', `${field}不是有效日期（月/日/年）：${sent}。${field} is not a date that exists.`)
  return null
}
