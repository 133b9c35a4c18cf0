import { expect } from 'chai'
import { receiveMatters } from '../../../src/work/matters/keep-move.js'
import { openMatter } from '../../../src/work/matters/matters.js'
import { type NotifiedOffice, openNotifiedOffice } from '../../support/notified-office.js'
import { rules } from '../../support/world.js'

/** A Thursday. */
const START = new Date('2027-12-02T02:00:00.000Z')
const DAY_SECONDS = 86_400
const SENDER = 'market-regulator@220000'
const HOLDER = 'credit-office@220000'

describe('matters that nobody received', () => {
  let office: NotifiedOffice
  before(async () => {
    office = await openNotifiedOffice(START)
    await office.addPerson({ name: '李经办', role: 'officer' })
  })
  after(() => office.close())

  const parts = () => ({ db: office.db, rules, keys: office.keys })
  const open = async (kind: string, to: string, fields: Record<string, string>, copied: string[] = []) => {
    const who = { by: 'officer-1', role: 'officer', seat: SENDER } as const
    return (await openMatter(parts(), who, { kind, to, fields, copied }, office.now())).stored.id
  }
  const told = async (days: number) => {
    office.fresh()
    office.pass(days * DAY_SECONDS)
    await office.tell()
    return office.mailsTo('李经办').flatMap(({ text }) => text.match(/\d+ 件协作事项由本单位发出\S+/) ?? [])
  }

  it('are told to their sender once, after a whole working day', async () => {
    const clue = { source: 'PATROL', facts: '虚构线索' }
    const [received] = [await open('clue', HOLDER, clue), await open('clue', HOLDER, clue)]
    await open('referral', 'police@220100', { sort: 'ORDINARY', facts: '虚构案情' }, ['procuratorate@220100'])
    await receiveMatters(parts(), { seat: HOLDER, ids: [received], way: 'QUEUE', now: office.now() })
    expect([await told(0), await told(1)]).to.deep.equal([[], []])
    expect(await told(3)).to.deep.equal(['1 件协作事项由本单位发出，承办单位超过一个工作日没有收悉'])
    expect(await told(1)).to.deep.equal([])
  })
})
