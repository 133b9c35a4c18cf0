import { expect } from 'chai'
import fc from 'fast-check'
import type { RecordNotice } from '../../src/domain/delivery/delivery.js'
import { checkPenalty2015Row, penalty2015Message, penalty2015Row } from '../../src/platforms/formats/penalty-2015.js'
import { checkPenaltyRow, penaltyBatch, penaltyRow } from '../../src/platforms/formats/penalty-row.js'
import { checkPermit2015Row, permit2015Row } from '../../src/platforms/formats/permit-2015.js'
import { checkPermitRow, permitBatch, permitRow } from '../../src/platforms/formats/permit-row.js'
import { readSoapAnswer, readSoapCall, writeSoapAnswer } from '../../src/platforms/formats/rowdata-2015.js'
import { formatColumns } from '../../src/platforms/formats/schema.js'
import type { FormatFault, NoticeBatch } from '../../src/platforms/platform.js'
import { noticeOf } from './notices.js'
import { penaltyOf, permitOf, withBody, withdrawn } from './record-notices.js'

const batch = (...notices: RecordNotice[]): NoticeBatch => ({
  id: 'batch-1',
  sentAt: '2026-03-03T17:00:00.000Z',
  notices,
})
const fieldsOf = (faults: readonly FormatFault[]) => faults.map(({ field }) => field)

const FORMS = [
  { what: 'penalty-row', row: penaltyRow, of: penaltyOf, check: checkPenaltyRow, party: 'CF_XDR_LB' },
  { what: 'permit-row', row: permitRow, of: permitOf, check: checkPermitRow, party: 'XK_XDR_LB' },
  {
    what: 'penalty-2015',
    row: (notice: RecordNotice) => penalty2015Row(notice, '2026-03-04'),
    of: penaltyOf,
    check: checkPenalty2015Row,
    party: 'CF_XDR_MC',
  },
  {
    what: 'permit-2015',
    row: (notice: RecordNotice) => permit2015Row(notice, '2026-03-04'),
    of: permitOf,
    check: checkPermit2015Row,
    party: 'XK_XDR',
  },
] as const

describe('the exchange formats of 双公示', () => {
  for (const { what, of, check, party } of FORMS) {
    it(`${what} accepts a whole record added, changed and withdrawn, of an organisation and of an individual business`, () => {
      for (const party_kind of ['ORGANISATION', 'INDIVIDUAL_BUSINESS', null]) {
        const notice = withBody(of(1), { party_kind })
        for (const each of [notice, { ...notice, action: 'CHANGE' as const, sequence: 2 }, withdrawn(notice, 3)]) {
          expect(check(each)).to.deep.equal([])
        }
      }
    })

    it(`${what} never sends a natural person’s record, not even a withdrawal`, () => {
      const person = withBody(of(1), { party_kind: 'NATURAL_PERSON' })
      for (const each of [person, withdrawn(person, 2)]) {
        expect(check(each).map(({ field, rule }) => [field, rule])).to.deep.equal([[party, 'natural-person']])
      }
    })

    it(`${what} requires the withdrawal's fields in a withdrawal, and forbids them elsewhere`, () => {
      expect(fieldsOf(check({ ...withdrawn(of(1), 2), removal: null }))).to.deep.equal([
        'HUB_CXDM',
        'HUB_CXSY',
        'HUB_CXRQ',
      ])
      expect(fieldsOf(check({ ...withdrawn(of(1), 2), action: 'CHANGE' }))).to.have.members([
        'HUB_CXDM',
        'HUB_CXSY',
        'HUB_CXRQ',
        'HUB_CXWH',
      ])
    })

    it(`${what} accepts a withdrawal without the fields that only a record in force needs`, () => {
      const bare = withBody(withdrawn(of(1), 2), {
        authority_code: null,
        source_unit: null,
        content: null,
        facts: null,
        publish_until: null,
        valid_from: null,
      })
      expect(check(bare)).to.deep.equal([])
    })

    it(`${what} reports a text longer than its field`, () => {
      expect(check(withBody(of(1), { document_number: '号'.repeat(257) }))).to.have.length(1)
      expect(check(withBody(of(1), { content: '长'.repeat(5001) }))).to.have.length(1)
    })

    it(`${what} reports the faults of any body and never throws`, () => {
      for (const body of [{}, { types: 'x', fine_yuan: 'about 5', party_kind: 7, content: [] }]) {
        expect(check({ ...of(1), body })).to.not.deep.equal([])
      }
    })
  }

  it('contain exactly the fields of their schemas for any body, never a certificate number, and the check never throws', () => {
    const anything = fc.dictionary(
      fc.constantFrom(
        ...Object.keys(penaltyOf(1).body),
        ...Object.keys(permitOf(1).body),
        'CF_XDR_ZJHM',
        'XK_FR_ZJHM',
        'id',
      ),
      fc.jsonValue({ maxDepth: 2 }),
    )
    const names = (format: string) => formatColumns(format).map(({ code }) => code)
    fc.assert(
      fc.property(anything, (body) => {
        for (const { what, of, check, row } of FORMS) {
          const notice = { ...of(1), body: { ...of(1).body, ...body } as RecordNotice['body'] }
          check(notice)
          const made: Record<string, unknown> = row(notice)
          expect(Object.keys(made)).to.have.members(names(what))
          for (const field of Object.keys(made).filter((name) => /_ZJ(LX|HM)$|_SFZ$/.test(name))) {
            expect(made[field]).to.equal(null)
          }
        }
      }),
    )
  })

  it('write amounts in 万元 with six decimals, as text', () => {
    const row = penaltyRow(withBody(penaltyOf(1), { fine_yuan: '2000', confiscated_yuan: '12345678901.23' }))
    expect([row.CF_NR_FK, row.CF_NR_WFFF]).to.deep.equal(['0.200000', '1234567.890123'])
  })

  it('require the amount of a fine or confiscation and the suspended or revoked licence, and forbid them elsewhere', () => {
    const none = { fine_yuan: null, confiscated_yuan: null, licence: null }
    const faults = (types: string[]) => fieldsOf(checkPenaltyRow(withBody(penaltyOf(1), { ...none, types })))
    expect(faults(['警告'])).to.deep.equal([])
    expect(faults(['警告', '罚款'])).to.deep.equal(['CF_NR_FK'])
    expect(faults(['没收违法所得、没收非法财物'])).to.deep.equal(['CF_NR_WFFF'])
    expect(faults(['吊销许可证件'])).to.deep.equal(['CF_NR_ZKDX'])
  })

  it("require a representative's name of an organisation only", () => {
    const faults = (party_kind: string) =>
      fieldsOf(checkPenaltyRow(withBody(penaltyOf(1), { representative: null, party_kind })))
    expect(faults('ORGANISATION')).to.deep.equal(['CF_FRDB'])
    expect(faults('INDIVIDUAL_BUSINESS')).to.deep.equal([])
  })

  it('require the unified code of the party', () => {
    const nobody = { ...penaltyOf(1), operator: { uscc: null, name: '虚构', regNo: '220102600012340', orgCode: null } }
    expect(fieldsOf(checkPenaltyRow(nobody))).to.deep.equal(['CF_XDR_SHXYM'])
    expect(checkPenalty2015Row(nobody)).to.deep.equal([])
  })

  it('write 2099-12-31 when there is no end', () => {
    expect(penaltyRow(penaltyOf(1)).CF_YXQ).to.equal('2099-12-31')
    expect(permitRow(permitOf(1)).XK_YXQZI).to.equal('2099-12-31')
    expect(penalty2015Row(penaltyOf(1), '2026-03-04').CF_JZRQ).to.equal('2099/12/31')
  })

  it('name a field once, however many rules it breaks', () => {
    const nobody = { uscc: null, name: '虚构', regNo: '220102600012340', orgCode: null }
    const faults = fieldsOf(checkPenaltyRow(withBody({ ...penaltyOf(1), operator: nobody }, { party_kind: null })))
    expect(faults).to.have.members(['CF_XDR_LB', 'CF_XDR_SHXYM'])
  })

  it('recognise an individual business by its code when the record does not say', () => {
    const { operator } = penaltyOf(1)
    const notice = withBody(penaltyOf(1), { party_kind: null })
    const shop = { ...notice, operator: { ...operator, uscc: '92220202MA14A9QU2R' } }
    expect(penaltyRow(shop).CF_XDR_LB).to.equal('个体工商户')
    expect(penaltyRow(notice).CF_XDR_LB).to.equal('法人及非法人组织')
    expect(penaltyRow({ ...notice, operator: { ...operator, uscc: null } }).CF_XDR_LB).to.equal(null)
  })

  it('state by XK_ZT whether a permit is valid', () => {
    const state = (notice: RecordNotice) => permitRow(notice).XK_ZT
    expect(state(permitOf(1))).to.equal('1')
    expect(state(withBody(permitOf(1), { status: 'INVALID' }))).to.equal('2')
    expect(state(withdrawn(permitOf(1), 2))).to.equal('2')
  })

  it('write ZT of the 2015 generation for normal, withdrawn, disputed and other states', () => {
    const penalty = (status: string | null) => penalty2015Row(withBody(penaltyOf(1), { status }), '2026-03-04').CF_ZT
    expect(['IN_FORCE', null, 'REVOKED', 'DISPUTED', 'CHANGED'].map(penalty)).to.deep.equal(['0', '0', '1', '2', '3'])
    expect(penalty2015Row(withdrawn(penaltyOf(1), 2), '2026-03-04').CF_ZT).to.equal('1')
    expect(permit2015Row(withBody(permitOf(1), { status: 'INVALID' }), '2026-03-04').XK_ZT).to.equal('3')
    expect(permit2015Row(withdrawn(permitOf(1), 2), '2026-03-04').XK_ZT).to.equal('1')
  })

  it('put only notices of their own kind into a batch', () => {
    const mixed: NoticeBatch = {
      id: 'b',
      sentAt: '2026-03-03T17:00:00.000Z',
      notices: [noticeOf(1), penaltyOf(1), permitOf(2)],
    }
    expect(penaltyBatch(mixed).rows.map(({ HUB_ID }) => HUB_ID)).to.deep.equal(['pen_test_1'])
    expect(permitBatch(mixed).rows.map(({ HUB_ID }) => HUB_ID)).to.deep.equal(['per_test_2'])
  })
})

describe('the SOAP call of the 2015 generation', () => {
  it('carries the token and the rows, with slashes in dates, and the day in Asia/Shanghai', () => {
    const call = readSoapCall(Buffer.from(penalty2015Message(batch(penaltyOf(1), penaltyOf(2)), 'to<&>ken')))
    expect(call).to.include({ operation: 'importPenalyXml', token: 'to<&>ken' })
    expect(call?.rows).to.have.length(2)
    const row = new Map(call?.rows[0]?.children.map(({ name, text }) => [name, text]))
    expect(row.get('CF_JDRQ')).to.equal('2026/03/03')
    expect(row.get('SJC')).to.equal('2026/03/04')
    expect(row.get('CF_XDR_SFZ')).to.equal('')
    expect(row.has('HUB_CXRQ')).to.equal(false)
  })

  const line = (n: number | null, code: string) => ({
    line: n,
    code,
    text: '不匹配',
    field: 'CF_XDR_MC',
    value: '甲',
    receiverId: `r${n}`,
  })
  const notices = [penaltyOf(1), penaltyOf(2), penaltyOf(3)]
  const read = (xml: string) => readSoapAnswer(Buffer.from(xml), notices)
  const whole = (code: string, n: string) =>
    `<Envelope><Body><r><return>&lt;result&gt;&lt;code&gt;${code}&lt;/code&gt;&lt;line&gt;${n}&lt;/line&gt;&lt;/result&gt;</return></r></Body></Envelope>`

  it('gives each row the receipt of its own line only', () => {
    const receipts = read(writeSoapAnswer('importPenalyXml', [line(3, '00'), line(1, '1001')]))
    expect(receipts.map(({ key, accepted, code }) => [key, accepted, code])).to.deep.equal([
      ['pen_test_3', true, '00'],
      ['pen_test_1', false, '1001'],
    ])
    expect(receipts[1]).to.include({ text: '不匹配', field: 'CF_XDR_MC', value: '甲', receiverId: 'r1' })
    expect(read(writeSoapAnswer('importPenalyXml', [line(4, '00'), line(0, '00'), line(null, '00')]))).to.deep.equal([])
  })

  it('applies a 00 for the whole batch to every row', () => {
    for (const n of ['', '0', '3']) {
      expect(read(whole('00', n)).map(({ key, accepted }) => [key, accepted])).to.deep.equal([
        ['pen_test_1', true],
        ['pen_test_2', true],
        ['pen_test_3', true],
      ])
    }
  })

  it('uses the row codes unless the code for the whole batch is an error', () => {
    const both = (code: string) =>
      `<r><code>${code}</code><ROW><line>1</line><code>00</code></ROW><ROW><line>2</line><code>1001</code></ROW></r>`
    expect(read(both('00')).map(({ key, accepted }) => [key, accepted])).to.deep.equal([
      ['pen_test_1', true],
      ['pen_test_2', false],
    ])
    expect(() => read(both('99'))).to.throw('code 99')
  })

  it('rejects only the row that a line names', () => {
    expect(read(whole('1001', '2')).map(({ key, accepted }) => [key, accepted])).to.deep.equal([['pen_test_2', false]])
  })

  for (const [what, xml] of [
    ['an error code for the whole batch', whole('99', '')],
    ['fewer rows than were sent', whole('00', '2')],
    ['a SOAP fault', '<Envelope><Body><Fault><faultcode>Server</faultcode></Fault></Body></Envelope>'],
    ['no code', '<a/>'],
    ['text instead of XML', '系统繁忙'],
  ] as const) {
    it(`accepts no row when the answer has ${what}`, () => {
      expect(() => read(xml)).to.throw()
    })
  }
})
