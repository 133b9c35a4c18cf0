import { XML_DECLARATION, xmlLeaf, xmlNode } from '../../foundation/text/xml.js'
import { isSameSecret } from '../server.js'
import { exchangeListForm } from './forms/lists.js'
import { penaltyForm, permitForm } from './forms/records.js'
import { findChildNamed, parseXmlOrNull, type RowForm, readRowPart, readXmlRow } from './received-rows.js'
import type { JudgedRow, PlatformDialect, PlatformEndpoint } from './stand-in.js'

const FORMS: ReadonlyMap<string, RowForm> = new Map([
  ['blacklist', exchangeListForm],
  ['xzcf', penaltyForm],
  ['xzxk', permitForm],
])
const HEADER = ['sender', 'receiver', 'flow', 'item']

const exchange: PlatformEndpoint = {
  read: ({ body }) => {
    const message = parseXmlOrNull(body)
    const header = findChildNamed(message, 'Header')
    if (HEADER.some((name) => !findChildNamed(header, name)?.text)) return null
    const rows = findChildNamed(findChildNamed(message, 'Body'), 'rows')?.children.map(readXmlRow)
    const form = FORMS.get(findChildNamed(header, 'item')?.text ?? '')
    return form && rows && findChildNamed(header, 'sn')?.text === String(rows.length) ? { form, rows } : null
  },
  answer: (judged, _, form) => ({
    status: 200,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body:
      XML_DECLARATION +
      xmlNode(
        'ExchangeMessage',
        xmlNode('Header', xmlLeaf('sender', 'jilin-credit-exchange')),
        xmlNode('Body', xmlNode('receipt', ...judged.map((one) => receipt(one, form)))),
      ),
  }),
}

const receipt = ({ row, verdict }: JudgedRow, form: RowForm): string =>
  xmlNode(
    'row',
    xmlLeaf(form.names.key ?? '', readRowPart(row, form, 'key') ?? ''),
    xmlLeaf('state', verdict.accepted ? 1 : 0),
    xmlLeaf('ruleCode', verdict.code),
    xmlLeaf('ruleText', verdict.text),
    xmlLeaf('field', verdict.field ?? ''),
    xmlLeaf('value', verdict.value ?? ''),
    xmlLeaf('recordNo', verdict.recordId ?? ''),
  )

export const jilinDialect: PlatformDialect = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  admits: ({ headers }, secret) => isSameSecret(headers['x-exchange-key'], secret),
  doors: { '/exchange': exchange },
  displays: { key: 'ENTRY_ID', sequence: 'ENTRY_SN', uscc: 'A000002', name: 'A000001' },
}
