/** Stand-in of 吉林省信用信息数据交换平台: XML in, XML out. */
import { leaf, node, XML_DECLARATION } from '../../platforms/formats/xml.js'
import { exchangeList, penaltyRow, permitRow } from './forms.js'
import { child, sameSecret, xmlIn, xmlRow } from './reading.js'
import type { Dialect, Door, Judged } from './stand-in.js'
import { type Form, partOf } from './told.js'

/** Which form it is, the fields say: each has its own name for the key or the number. */
const FORMS: readonly [name: string, form: Form][] = [
  ['ENTRY_ID', exchangeList],
  ['CF_WSH', penaltyRow],
  ['XK_WSH', permitRow],
]
/** Without these in the header nobody knows whose message it is. */
const HEADER = ['sender', 'receiver', 'flow', 'item']

const exchange: Door = {
  read: ({ body }) => {
    const message = xmlIn(body)
    const header = child(message, 'Header')
    if (HEADER.some((name) => !child(header, name)?.text)) return null
    const rows = child(child(message, 'Body'), 'rows')?.children.map(xmlRow)
    const form = FORMS.find(([name]) => rows?.[0] && name in rows[0])?.[1]
    return form && rows ? { form, rows } : null
  },
  answer: (judged, _, form) => ({
    status: 200,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body:
      XML_DECLARATION +
      node(
        'ExchangeMessage',
        node('Header', leaf('sender', 'jilin-credit-exchange')),
        node('Body', node('receipt', ...judged.map((one) => receipt(one, form)))),
      ),
  }),
}

const receipt = ({ row, verdict }: Judged, form: Form): string =>
  node(
    'row',
    leaf(form.names.key ?? '', partOf(row, form, 'key') ?? ''),
    leaf('state', verdict.accepted ? 1 : 0),
    leaf('ruleCode', verdict.code),
    leaf('ruleText', verdict.text),
    leaf('field', verdict.field ?? ''),
    leaf('value', verdict.value ?? ''),
    leaf('recordNo', verdict.recordId ?? ''),
  )

export const jilin: Dialect = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  admits: ({ headers }, secret) => sameSecret(headers['x-exchange-key'], secret),
  doors: { '/exchange': exchange },
  displays: { key: 'ENTRY_ID', sequence: 'ENTRY_SN', uscc: 'A000002', name: 'A000001' },
}
