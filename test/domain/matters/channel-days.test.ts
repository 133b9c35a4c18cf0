/** Takedowns, mirrored petitions and checks by the kinds as shipped and the calendar of 2026. */
import { expect } from 'chai'
import { BUREAU, docketOf, follow, PROVINCE } from './world.js'

const MALL = '虚构商城'
const OWNER = '虚构权利人'
const SUBJECT = '虚构商品'

const takedown = (fields: Record<string, string>, sender = OWNER) => {
  const docket = docketOf('takedown', { sender, holder: MALL }, { fields: { subject: SUBJECT, ...fields } })
  docket.receive('2026-01-20')
  return docket
}
const removed = { seat: MALL, fields: { measure: 'REMOVED' } }

/** A counter-statement that reached the rights holder on `day`. */
const waiting = (day: string, fields: Record<string, string> = {}) => {
  const docket = takedown({ ground: 'INFRINGEMENT', ...fields })
  follow(docket, [
    ['open', '2026-01-20'],
    ['act', '2026-01-21', removed],
    ['declare', '2026-02-02', { seat: MALL, fields: { declaration: '虚构声明' } }],
  ])
  return { docket, forwarded: (given = {}) => docket.move('forward_declaration', day, { seat: MALL, ...given }) }
}

const petition = (type: 'COMPLAINT' | 'REPORT', day: string) => {
  const docket = docketOf('petition', { sender: 'channel', holder: BUREAU }, { fields: { type } })
  docket.receive(day)
  follow(docket, [['open', day]])
  return docket
}

describe('days of a takedown', () => {
  it('a counter-statement that reached the rights holder on 3 February waits until the 24th, after the holiday', () => {
    const { docket, forwarded } = waiting('2026-02-03')
    expect(forwarded()).to.equal(null)
    expect(docket.due('WAIT')).to.equal('2026-02-24')
    for (const day of ['2026-02-18', '2026-02-23', '2026-02-24'])
      expect(docket.move('restore', day, { seat: MALL })).to.equal('CLOCK_STILL_RUNS')
    follow(docket, [['restore', '2026-02-25', { seat: MALL }]])
    expect(docket.matter.outcome).to.equal('RESTORED')
  })

  it('a rights holder that complains in time keeps the measure; the platform cannot restore', () => {
    const { docket, forwarded } = waiting('2026-02-03')
    expect(forwarded()).to.equal(null)
    expect(docket.move('complained', '2026-02-10', { seat: OWNER })).to.equal('NO_NUMBER')
    follow(docket, [['complained', '2026-02-10', { seat: OWNER, number: '虚构〔2026〕1号' }]])
    expect(docket.matter.outcome).to.equal('KEPT')
    expect(docket.move('restore', '2026-02-25', { seat: MALL })).to.equal('ENDED')
  })

  it('a provider that is no platform waits for the term that it published', () => {
    const { docket, forwarded } = waiting('2026-02-03', { provider: 'OTHER' })
    expect(forwarded()).to.equal('DAY_TOO_SOON')
    expect(forwarded({ day: '2026-02-20' })).to.equal(null)
    expect(docket.due('WAIT')).to.equal('2026-02-20')
    expect(waiting('2026-02-03').forwarded({ day: '2026-02-20' })).to.equal('DAY_FIXED')
  })

  it('a measure of 30 September against a violation is to be public by 8 October', () => {
    const docket = takedown({ ground: 'VIOLATION' }, MALL)
    follow(docket, [['open', '2026-09-30', { seat: MALL }]])
    expect(docket.move('act', '2026-09-30', removed)).to.equal('FIELD_DIFFERS')
    follow(docket, [['act_on_violation', '2026-09-30', removed]])
    expect(docket.due('PUBLICITY')).to.equal('2026-10-08')
    expect(docket.move('declare', '2026-09-30', { seat: MALL, fields: { declaration: '虚构' } })).to.equal(
      'FIELD_DIFFERS',
    )
    follow(docket, [['publish_result', '2026-10-08', { seat: MALL, fields: { url: 'https://mall.test/1' } }]])
    expect(docket.matter.clocks[0]?.ended?.how).to.equal('MET')
  })

  it('only the platform acts; a matter of its own is opened by its holder', () => {
    const own = takedown({ ground: 'TERMS' }, MALL)
    expect(own.move('open', '2026-01-20', { seat: MALL, to: MALL })).to.equal(null)
    const notice = takedown({ ground: 'INFRINGEMENT' })
    follow(notice, [['open', '2026-01-20']])
    expect(notice.move('act', '2026-01-21', { ...removed, seat: OWNER })).to.equal('SEAT')
    const assist = docketOf('assist', { sender: BUREAU, holder: BUREAU }, { fields: { purpose: 'EVIDENCE' } })
    expect(assist.move('open', '2026-01-20', { to: BUREAU, attachments: ['LETTER'] })).to.equal('OWN_SEAT')
  })
})

describe('days of a petition', () => {
  for (const [accepted, ends] of [
    ['2026-04-14', '2026-06-18'],
    ['2026-04-15', '2026-06-15'],
    ['2026-08-04', '2026-10-08'],
  ] as const)
    it(`a complaint accepted on ${accepted} ends its mediation by ${ends}`, () => {
      const docket = petition('COMPLAINT', accepted)
      follow(docket, [['take_up', accepted]])
      expect(docket.due('MEDIATE')).to.equal(ends)
    })

  it('a complaint is answered within seven working days, a report within fifteen', () => {
    expect(petition('COMPLAINT', '2026-09-22').due('ANSWER')).to.equal('2026-10-09')
    expect(petition('REPORT', '2026-09-22').due('ANSWER')).to.equal('2026-10-20')
  })

  it('the time of experts does not count; the parties are told within seven working days', () => {
    const docket = petition('COMPLAINT', '2026-05-06')
    follow(docket, [
      ['take_up', '2026-05-06'],
      ['experts_begin', '2026-05-11'],
      ['experts_end', '2026-05-21'],
    ])
    expect(docket.due('MEDIATE')).to.equal('2026-07-15')
    follow(docket, [['end_mediation', '2026-07-10', { fields: { result: 'FAILED' } }]])
    expect(docket.due('NOTIFY_END')).to.equal('2026-07-21')
    expect(docket.move('tell_mediated', '2026-07-13')).to.equal('FIELD_DIFFERS')
    follow(docket, [['tell_failed', '2026-07-13']])
  })

  it('new facts restart the clock of a report; a complaint has none', () => {
    const docket = petition('REPORT', '2026-05-06')
    expect(docket.due('ANSWER')).to.equal('2026-05-26')
    follow(docket, [['new_facts', '2026-05-11', { reason: '虚构的新事实' }]])
    expect(docket.due('ANSWER')).to.equal('2026-06-01')
    expect(petition('COMPLAINT', '2026-05-06').move('new_facts', '2026-05-11', { reason: '虚构' })).to.equal(
      'FIELD_DIFFERS',
    )
  })

  it('nobody but the channel moves it', () => {
    const docket = petition('REPORT', '2026-05-06')
    const given = { number: '虚构〔2026〕1号', reason: '虚构' }
    for (const move of ['file', 'not_file', 'return', 'extend_check', 'record_receipt', 'add_attachment'])
      for (const seat of [BUREAU, PROVINCE])
        expect(docket.move(move, '2026-05-07', { ...given, seat })).to.equal('SEAT')
    expect(docket.move('file', '2026-05-07', { ...given, seat: 'hub', places: ['hub'] })).to.equal('SEAT')
    follow(docket, [['file', '2026-05-07', given]])
  })
})

describe('days of a check', () => {
  it('a check is due on the day that its order sets, and ends with the record of the check', () => {
    const docket = docketOf('check', { sender: PROVINCE, holder: BUREAU }, { fields: { commitment: '虚构承诺' } })
    expect(docket.move('open', '2026-05-06')).to.equal('DAY_TOO_SOON')
    follow(docket, [['open', '2026-05-06', { day: '2026-06-30' }]])
    expect(docket.due('CHECK')).to.equal('2026-06-30')
    const done = { seat: BUREAU, fields: { result: 'KEPT' } }
    expect(docket.move('check_done', '2026-06-01', done)).to.equal('NO_LINK')
    follow(docket, [['check_done', '2026-06-01', { ...done, link: '1' }]])
    expect(docket.matter.outcome).to.equal('DONE')
  })
})
