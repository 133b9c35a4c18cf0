/** Stand-in of 吉林省信用信息数据交换平台: XML in, XML out. */
import { leaf, node, readXml, XML_DECLARATION, type XmlElement } from '../../platforms/formats/xml.js'
import type { Asked } from '../server.js'
import type { Told, ToldField, Verdict } from './board.js'
import { actionIn, sameSecret, sequenceIn, textIn } from './reading.js'
import type { Dialect } from './stand-in.js'

const FIELDS: Record<ToldField, string> = {
  key: 'ENTRY_ID',
  sequence: 'ENTRY_SN',
  action: 'OPERATION',
  uscc: 'A000002',
  regNo: 'A000003',
  name: 'A000001',
  reason: 'REASON',
  authority: 'EXECUTE_DEPT',
  documentNumber: 'EXECUTE_REFRENCE_NO',
  decidedOn: 'REGISTER_DATE',
  removedOn: 'REMOVE_DATE',
}

export const jilin: Dialect = {
  id: 'jilin',
  name: { zh: '吉林省信用信息数据交换平台', en: 'Jilin Credit Information Exchange Platform' },
  path: '/exchange',
  admits: ({ headers }, secret) => sameSecret(headers['x-exchange-key'], secret),
  read: (asked) => rowsIn(asked)?.map(told) ?? null,
  fields: FIELDS,
  answer: (rows, verdicts) => ({
    status: 200,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body:
      XML_DECLARATION +
      node(
        'ExchangeMessage',
        node('Header', leaf('sender', 'jilin-credit-exchange')),
        node('Body', node('receipt', ...verdicts.map((verdict, index) => receipt(rows[index]?.key ?? '', verdict)))),
      ),
  }),
}

const rowsIn = ({ body }: Asked): XmlElement[] | null => {
  try {
    const child = (element: XmlElement | undefined, name: string) =>
      element?.children.find((each) => each.name === name)
    return child(child(readXml(body), 'Body'), 'rows')?.children ?? null
  } catch {
    return null
  }
}

const told = (row: XmlElement): Told => {
  const text = (field: ToldField) => textIn(row.children.find(({ name }) => name === FIELDS[field])?.text)
  return {
    key: text('key'),
    sequence: sequenceIn(text('sequence')),
    action: actionIn(text('action')),
    uscc: text('uscc'),
    regNo: text('regNo'),
    name: text('name'),
    reason: text('reason'),
    authority: text('authority'),
    documentNumber: text('documentNumber'),
    decidedOn: text('decidedOn'),
    removedOn: text('removedOn'),
  }
}

const receipt = (key: string, { accepted, code, text, field, value, recordId }: Verdict): string =>
  node(
    'row',
    leaf('ENTRY_ID', key),
    leaf('state', accepted ? 1 : 0),
    leaf('ruleCode', code),
    leaf('ruleText', text),
    leaf('field', field ? FIELDS[field] : ''),
    leaf('value', value ?? ''),
    leaf('recordNo', recordId ?? ''),
  )
