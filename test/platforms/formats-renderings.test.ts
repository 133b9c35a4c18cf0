/** The hub's own readers must read the platforms' formats back unchanged. */
import { expect } from 'chai'
import fc from 'fast-check'
import iconv from 'iconv-lite'
import type { RecordNotice } from '../../src/domain/delivery/delivery.js'
import { elementsNamed } from '../../src/foundation/text/xml.js'
import { exchangeRow, writeEnvelope } from '../../src/platforms/formats/exchange-envelope.js'
import {
  TABLE_COLUMN_NAMES,
  TABLE_OF_KIND,
  tableColumns,
  tableRow,
} from '../../src/platforms/formats/exchange-table.js'
import { penalty2015Message } from '../../src/platforms/formats/penalty-2015.js'
import { penaltyBatch, penaltyRow } from '../../src/platforms/formats/penalty-row.js'
import { permit2015Message } from '../../src/platforms/formats/permit-2015.js'
import { permitBatch, permitRow } from '../../src/platforms/formats/permit-row.js'
import { readXml } from '../../src/platforms/formats/reading.js'
import { writeCsv } from '../../src/platforms/formats/separated-lines.js'
import { checkMessage, idempotencyKey, noticeMessage } from '../../src/platforms/formats/signed-message.js'
import { draftsOf, fileOf, itemsOf } from '../agencies/samples.js'
import { freshDatabase } from '../support/database.js'
import { tableSql } from '../support/exchange-table-sql.js'
import { workbook } from '../support/receiver-workbook.js'
import { noticeOf } from './notices.js'
import { penaltyOf, permitOf, withBody, withdrawn } from './record-notices.js'

/** Separators, quotes, a formula, and characters beyond the basic plane. */
const HARD = '=1+1,"甲";乙\t丙\n丁|𠮷 𬭚'

const penalties = [
  penaltyOf(1),
  withBody(penaltyOf(2), {
    facts: HARD,
    note: '+86，-1，@乙',
    types: ['警告'],
    fine_yuan: null,
    confiscated_yuan: null,
  }),
  withBody(penaltyOf(3), { fine_yuan: '12345678.9', effective_until: '2027-03-03', party_kind: 'INDIVIDUAL_BUSINESS' }),
]
const permits = [permitOf(1), withBody(permitOf(2), { content: HARD, valid_to: '2031-03-02', category: 'OTHER' })]

const bodiesIn = async (feed: string, bytes: string | Buffer) =>
  (await itemsOf(feed, fileOf(bytes))).flatMap((item) => draftsOf(feed, item)).map(({ body }) => body)

/** The records as the 2019 forms carry them: without a penalty state, and with the operator's name as party. */
const expectedOf = (notices: readonly RecordNotice[]) =>
  notices.map(({ body, operator, kind }) => ({
    ...body,
    party_name: operator.name,
    ...(kind === 'penalty' && { status: null }),
  }))

const sent = (...notices: RecordNotice[]) => ({ id: 'batch-1', sentAt: '2026-03-04T01:00:00.000Z', notices })

describe('rows read back by the hub', () => {
  for (const encoding of ['utf-8', 'gb18030'] as const) {
    it(`are unchanged as CSV in ${encoding}`, async () => {
      const bytes = writeCsv('penalty-row', penalties.map(penaltyRow), encoding)
      expect(await bodiesIn('penalties', bytes)).to.deep.equal(expectedOf(penalties))
      const others = writeCsv('permit-row', permits.map(permitRow), encoding)
      expect(await bodiesIn('permits', others)).to.deep.equal(expectedOf(permits))
    })
  }

  it('are unchanged as a workbook, below a row of Chinese names and a row of codes', async () => {
    const bytes = workbook('penalty-row', '行政处罚', penalties.map(penaltyRow))
    const items = await itemsOf('penalties', fileOf(bytes))
    expect(items.map(({ row }) => row)).to.deep.equal([3, 4, 5])
    const bodies = items.flatMap((item) => draftsOf('penalties', item)).map(({ body }) => body)
    expect(bodies).to.deep.equal(expectedOf(penalties))
    expect(await bodiesIn('permits', workbook('permit-row', '行政许可', permits.map(permitRow)))).to.deep.equal(
      expectedOf(permits),
    )
  })

  it('are unchanged as JSON', async () => {
    expect(await bodiesIn('penalties', JSON.stringify(penaltyBatch(sent(...penalties)).rows))).to.deep.equal(
      expectedOf(penalties),
    )
    expect(await bodiesIn('permits', JSON.stringify(permitBatch(sent(...permits)).rows))).to.deep.equal(
      expectedOf(permits),
    )
  })

  it('keep every field that the XML of the 2015 generation has', async () => {
    const inner = (xml: string) => elementsNamed(readXml(Buffer.from(xml)), 'xml')[0]?.text ?? ''
    const [penalty] = await bodiesIn('penalties', inner(penalty2015Message(sent(penaltyOf(1)), 'token')))
    expect(penalty).to.include({
      document_number: penaltyOf(1).body.document_number,
      violation: '虚假宣传',
      decided_on: '2026-03-03',
      effective_until: null,
      fine_yuan: '2000',
      confiscated_yuan: '35.5',
      status: 'IN_FORCE',
    })
    expect(penalty?.types).to.deep.equal(['罚款', '没收违法所得'])
    const [permit] = await bodiesIn('permits', inner(permit2015Message(sent(permitOf(1)), 'token')))
    expect(permit).to.include({ document_name: '食品经营许可准予决定书', status: 'VALID', valid_to: null })
  })

  it('keep any text through CSV in either encoding, byte for byte', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 })
    fc.assert(
      fc.property(text, fc.constantFrom('utf-8' as const, 'gb18030' as const), (name, encoding) => {
        const row = { ...exchangeRow(noticeOf(1)), REASON: name }
        const [, line = ''] = iconv
          .decode(writeCsv('exchange-envelope', [row], encoding), encoding)
          .split(/\r\n(?=[^"]*(?:"[^"]*"[^"]*)*$)/)
        const quoted = `"${name.replaceAll('"', '""')}"`
        expect(line.includes(`,${name},`) || line.includes(`,${quoted},`)).to.equal(true)
      }),
    )
  })
})

describe('the exchange table', () => {
  it('has a column for each field of a row, and columns that identify the message', () => {
    for (const [kind, notice] of [
      ['listing', noticeOf(1)],
      ['penalty', penaltyOf(1)],
      ['permit', permitOf(1)],
    ] as const) {
      const row = tableRow(notice)
      expect(Object.keys(row)).to.deep.equal(['subject_key', 'sequence', 'operation', ...tableColumns(kind)])
      expect(row).to.include({ subject_key: notice.key, sequence: 1, operation: 'ADD' })
      for (const column of Object.keys(row)) expect(tableSql(kind)).to.match(new RegExp(`^  ${column} `, 'm'))
    }
  })

  it('is created in PostgreSQL by its own SQL, and accepts the hub’s rows', async () => {
    const { db, drop } = await freshDatabase({ empty: true })
    try {
      for (const [kind, notice] of [
        ['listing', noticeOf(1)],
        ['penalty', penaltyOf(1)],
        ['permit', withdrawn(permitOf(1), 2)],
      ] as const) {
        await db.raw(tableSql(kind))
        const row = tableRow(notice)
        await db(TABLE_OF_KIND[kind]).insert(row)
        const [kept] = await db(TABLE_OF_KIND[kind]).select()
        expect({ ...kept, sequence: Number(kept.sequence) }).to.include({ ...row, [TABLE_COLUMN_NAMES.state]: 0 })
        expect(Object.keys(kept)).to.include.members(Object.values(TABLE_COLUMN_NAMES))
      }
    } finally {
      await drop()
    }
  })

  it('holds the same row for every send of a notice', () => {
    expect(tableRow(penaltyOf(1))).to.deep.equal(tableRow(penaltyOf(1)))
  })
})

describe('the envelope', () => {
  it('carries penalties and permits as items of their own with 双公示 rows, and no certificate number', () => {
    for (const [notice, item, field] of [
      [penaltyOf(1), 'xzcf', 'CF_WSH'],
      [permitOf(1), 'xzxk', 'XK_WSH'],
    ] as const) {
      const root = readXml(Buffer.from(writeEnvelope('receiver-x', sent(notice))))
      expect(elementsNamed(root, 'item').map(({ text }) => text)).to.deep.equal([item])
      expect(elementsNamed(root, field).map(({ text }) => text)).to.deep.equal([notice.body.document_number])
      expect(writeEnvelope('receiver-x', sent(notice))).to.not.match(/ZJHM|ZJLX/)
    }
  })
})

describe('the signed message', () => {
  it('carries penalties and permits, in force and withdrawn', () => {
    for (const notice of [penaltyOf(1), permitOf(1), withdrawn(penaltyOf(1), 2), withdrawn(permitOf(1), 2)]) {
      expect(checkMessage(notice)).to.deep.equal([])
      expect(noticeMessage(notice)).to.include({ id: notice.key, sequence: notice.sequence, action: notice.action })
      expect(JSON.stringify(noticeMessage(notice))).to.not.include('虚构人')
    }
  })

  it("refuses a natural person's record, and names the faults of other records", () => {
    expect(
      checkMessage(withBody(penaltyOf(1), { party_kind: 'NATURAL_PERSON' })).map(({ rule }) => rule),
    ).to.deep.equal(['natural-person'])
    expect(checkMessage(withBody(permitOf(1), { content: null })).map(({ field }) => field)).to.deep.equal([
      'permit/content',
    ])
    expect(checkMessage({ ...withdrawn(penaltyOf(1), 2), removal: null }).map(({ field }) => field)).to.deep.equal([
      'removal',
    ])
  })

  it('has one idempotency key per notice', () => {
    expect(idempotencyKey(penaltyOf(1))).to.equal('pen_test_1/1')
    expect(idempotencyKey(noticeOf(1, { sequence: 2 }))).to.equal('lst_test_1/2')
  })
})
