/** One invented subject of each kind, added, changed and withdrawn, in every format byte for byte. */
import type { EntryNotice, Notice, NoticeAction, RecordNotice } from '../../src/domain/delivery/delivery.js'
import { envelopeHeader, exchangeRow, writeEnvelope } from '../../src/platforms/formats/exchange-envelope.js'
import { tableRow } from '../../src/platforms/formats/exchange-table.js'
import {
  penalty2015Message,
  penalty2015Row,
  writePenalty2015RowdataXml,
} from '../../src/platforms/formats/penalty-2015.js'
import { penaltyBatch, penaltyRow, penaltyRows } from '../../src/platforms/formats/penalty-row.js'
import { permit2015Message, permit2015Row, writePermit2015RowdataXml } from '../../src/platforms/formats/permit-2015.js'
import { permitBatch, permitRow, permitRows } from '../../src/platforms/formats/permit-row.js'
import { type SoapOperation, writeSoapAnswer } from '../../src/platforms/formats/rowdata-2015.js'
import { samrBatch, samrRow } from '../../src/platforms/formats/samr-list.js'
import { writeCsv } from '../../src/platforms/formats/separated-lines.js'
import { idempotencyKey, noticeMessage, signMessage } from '../../src/platforms/formats/signed-message.js'
import type { NoticeBatch } from '../../src/platforms/platform.js'
import { workbook } from './receiver-workbook.js'

export const ACTIONS: readonly NoticeAction[] = ['ADD', 'CHANGE', 'REMOVE']

const SENT_AT = '2026-03-10T02:00:00.000Z'
const SENT_ON = '2026-03-10'
const SECRET = 'a-secret'
const RECEIVER = 'jilin-credit-exchange'
const AUTHORITY = { name: '虚构市市场监督管理局', code: '11220199000000006N' }

const entry: EntryNotice = {
  key: 'lst_0example0000001',
  sequence: 1,
  action: 'ADD',
  list: 'serious',
  listName: '严重违法失信名单',
  operator: { uscc: '91220102MA0Y3X1HXM', name: '长春市虚构样例电子商务有限公司', regNo: '220102000012345' },
  reason: '销售不符合保障人身健康安全标准的产品，情节严重',
  basis: '《市场监督管理严重违法失信名单管理办法》第七条',
  authority: AUTHORITY.name,
  authorityCode: '220199',
  documentNumber: '虚市监严列〔2026〕1号',
  decidedOn: '2026-03-03',
  publishedOn: '2026-03-09',
  endsOn: '2029-03-03',
  contested: false,
  removal: null,
}

const removal = {
  reason: 'REVOKED',
  reasonText: '原决定被撤销',
  documentNumber: '虚市监撤〔2026〕1号',
  removedOn: '2026-06-01',
}
const operator = {
  uscc: '91220102MA0Y3X1HXM',
  name: '长春市虚构样例电子商务有限公司',
  regNo: '220102000012345',
  orgCode: 'MA0Y3X1HX',
}
const sources = {
  authority: AUTHORITY.name,
  authority_code: AUTHORITY.code,
  source_unit: '虚构市信用中心',
  source_unit_code: AUTHORITY.code,
}

const penalty: RecordNotice = {
  kind: 'penalty',
  key: 'pen_0example0000001',
  sequence: 1,
  action: 'ADD',
  operator,
  body: {
    document_number: '虚市监处罚〔2026〕1号',
    party_name: operator.name,
    party_kind: 'ORGANISATION',
    representative: '虚构人',
    violation: '虚假宣传',
    facts: '在网店页面对商品的性能作虚假的商业宣传，引人误解',
    basis: '《中华人民共和国反不正当竞争法》第二十条',
    types: ['罚款', '没收违法所得', '吊销许可证件'],
    content: '罚款2000元，没收违法所得35.5元，吊销食品经营许可证',
    fine_yuan: '2000',
    confiscated_yuan: '35.5',
    licence: '食品经营许可证 JY12201990000001',
    decided_on: '2026-03-03',
    effective_until: null,
    publish_until: '2029-03-03',
    ...sources,
    status: 'IN_FORCE',
    revoked_on: null,
    note: '样例数据',
  },
  removal: null,
}

const permit: RecordNotice = {
  kind: 'permit',
  key: 'per_0example0000001',
  sequence: 1,
  action: 'ADD',
  operator,
  body: {
    document_name: '准予行政许可决定书',
    document_number: '虚市监许〔2026〕1号',
    category: 'GENERAL',
    certificate: '食品经营许可证',
    permit_number: 'JY12201990000001',
    content: '预包装食品（含冷藏冷冻食品）销售',
    party_name: operator.name,
    party_kind: 'ORGANISATION',
    representative: '虚构人',
    decided_on: '2026-03-03',
    valid_from: '2026-03-03',
    valid_to: '2031-03-02',
    ...sources,
    status: 'VALID',
    note: '样例数据',
  },
  removal: null,
}

/** Changes of the second message. The third withdraws the changed state. */
const changed = <N extends Notice>(notice: N): N =>
  'body' in notice
    ? { ...notice, body: { ...notice.body, note: '样例数据，更正' } }
    : { ...notice, operator: { ...notice.operator, name: '长春市虚构样例（更名）电子商务有限公司' } }

const at = <N extends Notice>(notice: N, action: NoticeAction): N => {
  const sequence = ACTIONS.indexOf(action) + 1
  if (action === 'ADD') return { ...notice, sequence }
  return { ...changed(notice), action, sequence, removal: action === 'REMOVE' ? removal : null }
}

const entryAt = (action: NoticeAction): EntryNotice => at(entry, action)
const penaltyAt = (action: NoticeAction): RecordNotice => at(penalty, action)
const permitAt = (action: NoticeAction): RecordNotice => at(permit, action)

const batchOf = (notice: Notice): NoticeBatch => ({
  id: `example-${notice.sequence}`,
  sentAt: SENT_AT,
  notices: [notice],
})

/** One message with rows of a format. `ending`: the end of its file name, which tells its encoding and syntax. */
export interface Message {
  title: string
  ending: string
  bytes: (action: NoticeAction) => string | Buffer
}

export interface Format {
  /** Name of the schema. */
  name: string
  row: (action: NoticeAction) => unknown
  messages: readonly Message[]
}

const json = (value: unknown): string => JSON.stringify(value)

const signed = (title: string, notice: (action: NoticeAction) => Notice): Message => ({
  title,
  ending: 'http',
  bytes: (action) => {
    const body = json(noticeMessage(notice(action)))
    return [
      'POST /api/messages HTTP/1.1',
      'content-type: application/json; charset=utf-8',
      `idempotency-key: ${idempotencyKey(notice(action))}`,
      `x-timestamp: ${SENT_AT}`,
      `x-signature: sha256=${signMessage(SECRET, SENT_AT, body)}`,
      '',
      body,
    ].join('\n')
  },
})

const exchanged = (notice: (action: NoticeAction) => Notice): Message[] => [
  {
    title: '省数据交换平台 XML 信封 · in the envelope of the provincial exchange',
    ending: 'xml',
    bytes: (action) => writeEnvelope(RECEIVER, batchOf(notice(action))),
  },
  {
    title: '前置机交换表的一行 · a row of the exchange table',
    ending: 'table.json',
    bytes: (action) => json(tableRow(notice(action))),
  },
]

const answered = (operation: SoapOperation): Message => ({
  title: '逐行回执 · the answer, row by row',
  ending: 'answer.xml',
  bytes: (action) =>
    writeSoapAnswer(operation, [
      action === 'CHANGE'
        ? {
            line: 1,
            code: '1001',
            text: '未查询到主体或查询到的主体信息不匹配',
            field: operation === 'importPenalyXml' ? 'CF_XDR_MC' : 'XK_XDR',
            value: '长春市虚构样例电子商务有限公司',
            receiverId: null,
          }
        : { line: 1, code: '00', text: '成功', field: null, value: null, receiverId: 'R-1' },
    ]),
})

export const FORMATS: readonly Format[] = [
  {
    name: 'samr-list',
    row: (action) => samrRow(entryAt(action)),
    messages: [
      {
        title: 'JSON 批次 · a batch as JSON',
        ending: 'json',
        bytes: (action) => json(samrBatch(batchOf(entryAt(action)))),
      },
    ],
  },
  {
    name: 'exchange-envelope',
    row: (action) => exchangeRow(entryAt(action)),
    messages: [
      ...exchanged(entryAt),
      {
        title: '交换文件夹 CSV（GB18030） · a file of the exchange folder, GB18030',
        ending: 'gb18030.csv',
        bytes: (action) => writeCsv('exchange-envelope', [exchangeRow(entryAt(action))], 'gb18030'),
      },
    ],
  },
  {
    name: 'exchange-header',
    row: (action) => envelopeHeader(RECEIVER, batchOf(entryAt(action))),
    messages: [],
  },
  {
    name: 'signed-message',
    row: (action) => noticeMessage(entryAt(action)),
    messages: [signed('签名请求 · the signed request', entryAt)],
  },
  {
    name: 'penalty-row',
    row: (action) => penaltyRow(penaltyAt(action)),
    messages: [
      {
        title: 'JSON 批次 · a batch as JSON',
        ending: 'json',
        bytes: (action) => json(penaltyBatch(batchOf(penaltyAt(action)))),
      },
      {
        title: 'CSV（UTF-8） · CSV, UTF-8',
        ending: 'csv',
        bytes: (action) => writeCsv('penalty-row', penaltyRows(batchOf(penaltyAt(action))), 'utf-8'),
      },
      {
        title: 'CSV（GB18030） · CSV, GB18030',
        ending: 'gb18030.csv',
        bytes: (action) => writeCsv('penalty-row', penaltyRows(batchOf(penaltyAt(action))), 'gb18030'),
      },
      {
        title: 'XLSX 模板 · the workbook',
        ending: 'xlsx',
        bytes: (action) => workbook('penalty-row', '行政处罚', penaltyRows(batchOf(penaltyAt(action)))),
      },
      ...exchanged(penaltyAt),
    ],
  },
  {
    name: 'permit-row',
    row: (action) => permitRow(permitAt(action)),
    messages: [
      {
        title: 'JSON 批次 · a batch as JSON',
        ending: 'json',
        bytes: (action) => json(permitBatch(batchOf(permitAt(action)))),
      },
      {
        title: 'CSV（UTF-8） · CSV, UTF-8',
        ending: 'csv',
        bytes: (action) => writeCsv('permit-row', permitRows(batchOf(permitAt(action))), 'utf-8'),
      },
      {
        title: 'CSV（GB18030） · CSV, GB18030',
        ending: 'gb18030.csv',
        bytes: (action) => writeCsv('permit-row', permitRows(batchOf(permitAt(action))), 'gb18030'),
      },
      {
        title: 'XLSX 模板 · the workbook',
        ending: 'xlsx',
        bytes: (action) => workbook('permit-row', '行政许可', permitRows(batchOf(permitAt(action)))),
      },
      ...exchanged(permitAt),
    ],
  },
  {
    name: 'penalty-2015',
    row: (action) => penalty2015Row(penaltyAt(action), SENT_ON),
    messages: [
      {
        title: 'ROWDATA · the rows',
        ending: 'rowdata.xml',
        bytes: (action) => writePenalty2015RowdataXml(batchOf(penaltyAt(action))),
      },
      {
        title: 'SOAP 调用 · the SOAP call',
        ending: 'xml',
        bytes: (action) => penalty2015Message(batchOf(penaltyAt(action)), SECRET),
      },
      answered('importPenalyXml'),
    ],
  },
  {
    name: 'permit-2015',
    row: (action) => permit2015Row(permitAt(action), SENT_ON),
    messages: [
      {
        title: 'ROWDATA · the rows',
        ending: 'rowdata.xml',
        bytes: (action) => writePermit2015RowdataXml(batchOf(permitAt(action))),
      },
      {
        title: 'SOAP 调用 · the SOAP call',
        ending: 'xml',
        bytes: (action) => permit2015Message(batchOf(permitAt(action)), SECRET),
      },
      answered('importPermissionXml'),
    ],
  },
  {
    name: 'signed-penalty',
    row: (action) => noticeMessage(penaltyAt(action)),
    messages: [signed('签名请求 · the signed request', penaltyAt)],
  },
  {
    name: 'signed-permit',
    row: (action) => noticeMessage(permitAt(action)),
    messages: [signed('签名请求 · the signed request', permitAt)],
  },
]

/** File of an agreed message, under test/samples/platforms. */
export const goldenName = (format: string, action: NoticeAction, ending: string): string =>
  `${format}.${action.toLowerCase()}.${ending}.golden`
