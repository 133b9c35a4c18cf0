/** A feed whose rows the test writes: one agency's form, and a minimal body of each kind. */
import { usccOf as usccIn } from '../../seeds/world/codes.js'
import { type AgencyFeed, makeFeed } from '../../src/agencies/feed.js'
import type { FeedBounds } from '../../src/domain/intake/bounds.js'
import type { RecordBody, RecordKind, SourceItem } from '../../src/domain/records/records.js'

/** A row of the invented agency. All fields are text; a row without `key` or `value` is rejected. */
export interface Row {
  key: string
  code?: string
  org?: string
  reg?: string
  shop?: string
  name?: string
  /** Content of the record; 、 separates several records of one row. */
  value?: string
  /** First day of validity. */
  day?: string
  /** Ignored. */
  note?: string
}

export const NAMES = ['key', 'code', 'org', 'reg', 'shop', 'name', 'value', 'day', 'note'] as const

export interface FeedGiven {
  id?: string
  kind?: Invented
  whole?: boolean
  bounds?: Partial<FeedBounds>
  /** Overrides parts of the default body. */
  body?: (row: { value: string; day: string | null }) => RecordBody
  /** Items over the wire. A thrown error is a failing agency. */
  sent?: () => Iterable<Row | Record<string, unknown>> | AsyncIterable<Row | Record<string, unknown>>
}

export const feed = ({
  kind = 'list_entry',
  sent = () => [],
  body = () => ({}),
  ...given
}: FeedGiven = {}): AgencyFeed =>
  makeFeed('market-regulator', {
    id: given.id ?? 'test',
    kind,
    title: { zh: '测试', en: 'test' },
    whole: given.whole ?? true,
    provesAbsenceOf: [],
    bounds: given.bounds ?? {},
    exempt: ['reg'],
    forms: [
      {
        names: NAMES,
        keyed: ['key', 'value'],
        drafts: (row) => {
          const codes = row.codes(
            { field: 'code', scheme: 'uscc' },
            { field: 'org', scheme: 'org_code' },
            { field: 'reg', scheme: 'reg_no' },
          )
          const key = row.required('key')
          const day = row.date('day')
          const values = row.required('value').split('、')
          return values.map((value) => ({
            key: values.length > 1 ? `${key}/${value}` : key,
            subject: { ...codes, shop: row.text('shop'), name: row.text('name') },
            body: {
              ...BODIES[kind]({ value, day, name: row.text('name'), code: codes.uscc }),
              ...body({ value, day }),
            },
            validFrom: day,
          }))
        },
      },
    ],
    fetch: { path: '/test', open: async () => ({ items: numbered(sent()), file: null }) },
  })

async function* numbered(sent: ReturnType<NonNullable<FeedGiven['sent']>>): AsyncIterable<SourceItem> {
  let row = 0
  for await (const fields of sent) {
    row += 1
    yield { page: 1, row, fields: { ...fields } }
  }
}

type Said = { value: string; day: string | null; name: string | null; code: string | null }

/** Kinds with invented bodies. */
export type Invented = Extract<
  RecordKind,
  'registration' | 'shop' | 'trademark' | 'inspection' | 'penalty' | 'repair' | 'list_entry'
>

const BODIES: Record<Invented, (said: Said) => RecordBody> = {
  registration: ({ value, day, name, code }) => ({
    name: name ?? '未名',
    uscc: code,
    reg_no: null,
    former_names: [],
    kind: 'enterprise',
    type: '有限责任公司',
    representative: null,
    capital_yuan: '500000',
    capital_currency: 'CNY',
    established_on: day,
    approved_on: null,
    term_from: null,
    term_to: null,
    status: 'ACTIVE',
    scope: null,
    authority: null,
    region_code: '220102',
    province: null,
    city: null,
    address: value,
  }),
  shop: ({ value, day }) => ({
    marketplace: 'guguji',
    shop_id: '1',
    name: value,
    url: null,
    category: null,
    opened_on: day,
    real_name_method: null,
    real_name_matched: true,
  }),
  trademark: ({ value, day, name, code }) => ({
    number: '99000001',
    class: 30,
    name: value,
    office: 'CN',
    application_number: null,
    owner_name: name ?? '未名',
    owner_name_en: null,
    owner_uscc: code,
    status: 'REGISTERED',
    applied_on: null,
    registered_on: day,
    expires_on: null,
    goods: [],
  }),
  inspection: ({ value, day, name }) => ({
    notice_number: '测〔2026〕1号',
    announced_on: day,
    product: value,
    brand: null,
    model: null,
    batch: null,
    produced_on: null,
    party_role: 'SELLER',
    party_name: name ?? '未名',
    labelled_producer: null,
    result: 'FAIL',
    failures: ['标签'],
    laboratory: null,
    marketplace: null,
    note: null,
  }),
  penalty: ({ value, day, name }) => ({
    document_number: '测市监处罚〔2026〕1号',
    party_name: name ?? '未名',
    party_kind: 'ORGANISATION',
    representative: null,
    violation: value,
    facts: '事实清楚',
    basis: '《电子商务法》',
    types: ['责令停产停业'],
    content: '责令停产停业',
    fine_yuan: null,
    confiscated_yuan: null,
    licence: null,
    decided_on: day ?? '2026-10-10',
    effective_until: null,
    publish_until: null,
    authority: '虚构市市场监督管理局',
    authority_code: usccIn('11', '220102', 1),
    source_unit: '虚构市市场监督管理局',
    source_unit_code: usccIn('11', '220102', 1),
    status: 'IN_FORCE',
    revoked_on: null,
    note: null,
  }),
  repair: ({ value, day, name }) => ({
    target: 'LIST_ENTRY',
    target_document_number: value,
    target_authority: null,
    party_name: name ?? '未名',
    outcome: 'REPAIRED',
    decided_on: day ?? '2026-10-10',
    document_number: '测信修〔2026〕1号',
    authority: '虚构省信用中心',
    note: null,
  }),
  list_entry: ({ value, day }) => ({
    list: 'serious',
    reason: value,
    authority: '虚构市市场监督管理局',
    document_number: null,
    listed_on: day,
    published_on: null,
    ends_on: null,
    removed_on: null,
    removal_reason: null,
  }),
}
