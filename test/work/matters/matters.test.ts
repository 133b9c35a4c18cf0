import { hash } from 'node:crypto'
import { expect } from 'chai'
import { down, up } from '../../../migrations/20261201-87-unsent-matters.js'
import { Refusal } from '../../../src/foundation/errors.js'
import * as store from '../../../src/store/matters/matters.js'
import { type MatterParts, openFields, receiveMatters } from '../../../src/work/matters/keep-move.js'
import { type MatterPerson, moveMatter, openMatter } from '../../../src/work/matters/matters.js'
import { database, rowsOf, rules } from '../../support/world.js'

const BUREAU = 'market-regulator@220104'
const NEIGHBOUR = 'market-regulator@210000'
const POLICE = 'police@220100'
const PROCURATORATE = 'procuratorate@220100'
const at = (text: string): Date => new Date(`${text}T09:00:00+08:00`)
const person = (by: string, seat: string | null): MatterPerson => ({ by, seat, role: 'agency' })
const LETTER = { type: 'LETTER', name: '协查函.pdf', sha256: hash('sha256', 'letter'), bytes: 6 }
const ASSIST = {
  kind: 'assist',
  to: NEIGHBOUR,
  fields: { purpose: 'EVIDENCE', request: '请协助核实虚构商行的进货票据' },
  attachments: [LETTER],
}

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) =>
      error instanceof Refusal ? String(error.details['because'] ?? error.code) : Promise.reject(error),
  )

describe('matters', () => {
  const db = database()
  const seals = new Map<string, string>()
  const keys: MatterParts['keys'] = {
    seal: (text, about) => {
      const sealed = `sealed ${about} ${seals.size}`
      seals.set(sealed, text)
      return sealed
    },
    unseal: (sealed) => seals.get(sealed) ?? '',
  }
  const parts = (): MatterParts => ({ db: db(), rules, keys })
  const open = (sent: Partial<Parameters<typeof openMatter>[2]> = {}, day = '2026-09-21') =>
    openMatter(parts(), person('officer', BUREAU), { ...ASSIST, ...sent }, at(day))
  const move = (who: MatterPerson, id: string, name: string, day: string, given: object = {}) =>
    moveMatter(parts(), who, { id, move: name, ...given }, at(day))
  const seatsOf = (id: string) =>
    rowsOf(db(), 'select seat, place, queue, to_move from matter_seats where matter_id = ? order by seat, place', [id])

  it('are opened, received once, and answered; each seat finds them in its queue', async () => {
    const { stored } = await open()
    expect(stored.number).to.match(/^协2026-\d{8}$/)
    const queues = async () =>
      Object.fromEntries((await seatsOf(stored.id)).map(({ seat, queue }) => [seat as string, queue]))
    expect(await queues()).to.deep.equal({ [BUREAU]: 'OTHERS', [NEIGHBOUR]: 'WAITING' })
    for (const day of ['2026-09-22', '2026-09-24'])
      await receiveMatters(parts(), { seat: NEIGHBOUR, ids: [stored.id], way: 'QUEUE', now: at(day) })
    const clocks = await rowsOf(db(), `select due_on::text as due, running from matter_clocks where matter_id = ?`, [
      stored.id,
    ])
    expect(clocks).to.deep.equal([{ due: '2026-10-20', running: true }])
    await move(person('clerk', NEIGHBOUR), stored.id, 'answer', '2026-10-09', {
      attachments: [{ ...LETTER, type: 'REPLY' }],
    })
    expect(await queues()).to.deep.equal({ [BUREAU]: 'ANSWERED', [NEIGHBOUR]: 'ENDED' })
    const moves = await store.movesOfMatters(db(), [stored.id])
    expect(moves.map(({ move, seat }) => [move, seat])).to.deep.equal([
      ['open', BUREAU],
      ['receive', 'receipt'],
      ['answer', NEIGHBOUR],
    ])
    expect(moves.slice(1).map(({ previousHash }) => previousHash)).to.deep.equal(
      moves.slice(0, -1).map(({ hash }) => hash),
    )
  })

  it('are one for one reference, also when eight senders send it at once; another request under it is refused', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open({ reference: '虚构-1' })))
    expect(new Set(all.map(({ stored }) => stored.id)).size).to.equal(1)
    expect(all.filter(({ isNew }) => isNew)).to.have.length(1)
    expect(await rowsOf(db(), 'select number from matters')).to.have.length(1)
    const other = { ...ASSIST.fields, request: '另一请求' }
    expect(await codeOf(open({ reference: '虚构-1', fields: other }))).to.equal('MATTER_REFERENCE_TAKEN')
  })

  it('are refused by name for what is unknown or not theirs', async () => {
    expect(await codeOf(open({ kind: 'gossip' }))).to.equal('MATTER_KIND_UNKNOWN')
    expect(await codeOf(open({ to: 'market-regulator@990000' }))).to.equal('ORGANISATION_UNKNOWN')
    expect(await codeOf(open({ to: 'weather-bureau@220000' }))).to.equal('ORGANISATION_UNKNOWN')
    const directive = { kind: 'directive', fields: { sort: 'REMINDER', request: '提醒' } }
    expect(await codeOf(open({ ...directive, to: '没有登记的商城' }))).to.equal('ORGANISATION_UNKNOWN')
    expect(await codeOf(open({ fields: { ...ASSIST.fields, purpose: 'GOSSIP' } }))).to.equal('MATTER_FIELD_INVALID')
    expect(await codeOf(open({ fields: { purpose: 'EVIDENCE' } }))).to.equal('MATTER_FIELD_INVALID')
    expect(await codeOf(open({ fields: { ...ASSIST.fields, request: 'a\u0007' } }))).to.equal('MATTER_FIELD_INVALID')
    expect(await codeOf(open({ attachments: [] }))).to.equal('NO_ATTACHMENT')
    const staff = openMatter(parts(), person('officer', null), ASSIST, at('2026-09-21'))
    expect(await codeOf(staff)).to.equal('MATTER_NOT_YOURS')
    expect(await rowsOf(db(), 'select 1 from matters')).to.have.length(0)
  })

  it('refuse a move of another seat, of a state passed, and of a view that is old', async () => {
    const { stored } = await open()
    expect(await codeOf(move(person('officer', BUREAU), stored.id, 'accept', '2026-09-22'))).to.equal('SEAT')
    await move(person('clerk', NEIGHBOUR), stored.id, 'accept', '2026-09-22')
    expect(await codeOf(move(person('clerk', NEIGHBOUR), stored.id, 'accept', '2026-09-22'))).to.equal('STATE')
    const old = move(person('clerk', NEIGHBOUR), stored.id, 'unable', '2026-09-23', { seen: 1, reason: '没有这家商行' })
    expect(await codeOf(old)).to.equal('MATTER_MOVED_ON')
    expect(
      await codeOf(move(person('x', BUREAU), '00000000-0000-4000-8000-000000000000', 'accept', '2026-09-22')),
    ).to.equal('MATTER_UNKNOWN')
  })

  it('are stored sealed where their kind is SEATS_ONLY, and the police sees them only once they are sent', async () => {
    const attachments = ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({ ...LETTER, type }))
    const referral = {
      kind: 'referral',
      to: POLICE,
      copied: [PROCURATORATE],
      fields: { sort: 'ORDINARY', facts: '虚构商行销售假冒注册商标的商品' },
      attachments: [],
    }
    const { stored } = await open(referral, '2026-03-02')
    expect((await seatsOf(stored.id)).map(({ seat }) => seat)).to.deep.equal([BUREAU])
    await move(person('head', BUREAU), stored.id, 'approve', '2026-03-03')
    await move(person('officer', BUREAU), stored.id, 'send', '2026-03-03', { attachments, reason: '移送虚构商行一案' })
    expect((await seatsOf(stored.id)).map(({ seat }) => seat)).to.deep.equal([BUREAU, POLICE, PROCURATORATE])
    const plain = await rowsOf(
      db(),
      `select m::text || (select string_agg(v::text, '') from matter_moves v) as text from matters m`,
    )
    expect(String(plain[0]?.['text'])).to.not.match(/虚构商行/)
    const read = await store.matterById(db(), stored.id)
    expect(read && openFields(keys, read).matter.fields['facts']).to.equal(referral.fields.facts)
    await move(person('police-officer', POLICE), stored.id, 'sign', '2026-03-04')
  })

  it('may not be handed on by a receiver as a further transfer', async () => {
    const transfer = { kind: 'transfer', fields: { purpose: 'JURISDICTION', facts: '虚构商行一案不属于本局管辖' } }
    const { stored } = await open(transfer)
    const further = { ...ASSIST, ...transfer, to: 'market-regulator@220200', parent: stored.id }
    const by = (seat: string) => openMatter(parts(), person('clerk', seat), further, at('2026-09-22'))
    expect(await codeOf(by(NEIGHBOUR))).to.equal('FORWARDED_BEFORE')
    expect(await codeOf(by('market-regulator@220300'))).to.equal('MATTER_UNKNOWN')
    expect(await codeOf(by(BUREAU))).to.equal('done')
  })

  it('keep their moves: the database refuses a change', async () => {
    const { stored } = await open()
    const change = db().raw('update matter_moves set by_sub = ? where matter_id = ?', ['x', stored.id])
    expect(await change.then(() => 'done', String)).to.match(/kept as they were made/)
  })

  it('keep the version of the kind with which they began', async () => {
    const { stored } = await open()
    await db().raw(
      `insert into matter_kinds select kind, 'older', jsonb_set(content, '{moves,accept,to}', '"DONE"'), first_used_at from matter_kinds`,
    )
    await db().raw(`update matters set kind_version = 'older'`)
    const moved = await move(person('clerk', NEIGHBOUR), stored.id, 'accept', '2026-09-22')
    expect(moved.matter.state).to.equal('DONE')
  })

  it('that their sender ended before handing them over leave the queue of the holder, once stored as handed over', async () => {
    const referral = (reference: string) =>
      open({
        ...{ kind: 'referral', to: POLICE, copied: [PROCURATORATE], reference, attachments: [] },
        fields: { sort: 'ORDINARY', facts: '虚构案情' },
      })
    const [{ stored: rejected }, { stored: sent }] = [await referral('甲'), await referral('乙')]
    await move(person('head', BUREAU), rejected.id, 'reject', '2026-09-21', { reason: '证据不足' })
    await move(person('head', BUREAU), sent.id, 'approve', '2026-09-21')
    await move(person('head', BUREAU), sent.id, 'send', '2026-09-21', {
      attachments: ['LETTER', 'REPORT', 'GOODS_LIST', 'TESTS', 'OTHER'].map((type) => ({ ...LETTER, type })),
    })
    const seats = async (id: string) => (await seatsOf(id)).map(({ seat }) => seat)
    expect(await seats(rejected.id)).to.deep.equal([BUREAU])
    await db().raw(`update matters set content = jsonb_set(content, '{handed}', 'true') where id = ?`, [rejected.id])
    await db().raw(
      `insert into matter_seats (matter_id, seat, place, from_move, queue, due_at) values
         (:id, :police, 'holder', 2, 'ENDED', now()), (:id, :procuratorate, 'copied', 2, 'ENDED', now())`,
      { id: rejected.id, police: POLICE, procuratorate: PROCURATORATE },
    )
    await down(db())
    await up(db())
    const handed = async (id: string) => (await store.matterById(db(), id))?.matter.handed
    expect([await handed(rejected.id), await seats(rejected.id)]).to.deep.equal([false, [BUREAU]])
    expect([await handed(sent.id), await seats(sent.id)]).to.deep.equal([true, [BUREAU, POLICE, PROCURATORATE]])
  })
})
