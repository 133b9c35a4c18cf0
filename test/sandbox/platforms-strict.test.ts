/** What the stand-in platforms check, store and show. They are strict, like a receiver that trusts no sender. */
import { mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Notice, Receipt } from '../../src/domain/delivery/delivery.js'
import { isRefusal } from '../../src/foundation/errors.js'
import { platforms } from '../../src/platforms/index.js'
import {
  type BaseLibrary,
  type PlatformBehaviour,
  type PlatformStandIn,
  startPlatformStandIns,
} from '../../src/sandbox/platforms/index.js'
import { noticeOf, removalOf, usccOf } from '../platforms/notices.js'
import { penaltyOf, permitOf, withBody, withdrawn } from '../platforms/record-notices.js'

const NOW = new Date('2026-11-25T02:00:00Z')
const register: BaseLibrary = ({ uscc, regNo }) =>
  new Map([
    [usccOf(1), ['长春虚构商贸第1有限公司', '长春虚构旧名有限公司', '长春虚构食品第1有限公司']],
    ['220102600012340', ['虚构镇小卖部']],
  ]).get(uscc ?? regNo ?? '') ?? null

describe('a strict stand-in platform', () => {
  let standIns: PlatformStandIn[] = []
  beforeEach(async () => {
    standIns = await startPlatformStandIns({}, null, { register, now: () => NOW })
  })
  afterEach(() => Promise.all(standIns.map((one) => one.close())))

  const standIn = (id: string): PlatformStandIn => {
    const found = standIns.find((one) => one.id === id)
    if (found === undefined) throw new Error(`no ${id}`)
    return found
  }
  const send = (id: string, ...notices: Notice[]): Promise<Receipt[]> => {
    const platform = platforms.find((one) => one.id === id)
    if (platform === undefined) throw new Error(`no ${id}`)
    return platform.send({ id: 'batch-1', sentAt: NOW.toISOString(), notices }, standIn(id))
  }
  const codesOf = async (id: string, ...notices: Notice[]) => (await send(id, ...notices)).map(({ code }) => code)
  const everywhere = (act: (id: string) => Promise<void>) => Promise.all(platforms.map(({ id }) => act(id)))
  const named = (name: string, uscc: string | null = usccOf(1), regNo: string | null = null) =>
    noticeOf(1, { operator: { uscc, name, regNo } })

  it('checks an operator against its own register: the code, and a present or past name', () =>
    everywhere(async (id) => {
      for (const [key, name] of [
        ['now', '长春虚构商贸第1有限公司'],
        ['before', '长春虚构旧名有限公司'],
      ] as const)
        expect(await codesOf(id, { ...named(name), key })).to.deep.equal(['00'])
      expect(await codesOf(id, { ...named('虚构镇小卖部', null, '220102600012340'), key: 'reg' })).to.deep.equal(['00'])
      const [mismatch] = await send(id, { ...named('长春虚构他人有限公司'), key: 'other' })
      expect(mismatch).to.include({ code: '1001', accepted: false, value: '长春虚构他人有限公司' })
      expect(mismatch?.text).to.equal('未查询到主体或查询到的主体信息不匹配')
      const [unknown] = await send(id, noticeOf(2))
      expect(unknown).to.include({ code: '1001', value: usccOf(2) })
    }))

  it('accepts a removal even if its register has lost the operator', () =>
    everywhere(async (id) => {
      expect(await codesOf(id, removalOf(2, 5))).to.deep.equal(['00'])
    }))

  it('refuses a day in the future, an impossible day, and a removal before the decision', () =>
    everywhere(async (id) => {
      const wrong = [noticeOf(1, { decidedOn: '2026-11-26' }), noticeOf(1, { decidedOn: '2026-02-30' })]
      for (const notice of wrong)
        expect((await send(id, notice))[0]).to.include({ code: '1004', value: notice.decidedOn })
      const early = { ...removalOf(1, 2), decidedOn: '2026-05-01', publishedOn: '2026-05-02' }
      expect((await send(id, early))[0]).to.include({ code: '1004', value: '2026-04-01' })
    }))

  it('refuses an invalid authority code, and a document number without year or serial', () =>
    everywhere(async (id) => {
      expect((await send(id, noticeOf(1, { authorityCode: '22A' })))[0]).to.include({ code: '1003', value: '22A' })
      for (const documentNumber of ['严列1号', '虚市监严列〔2025〕', '虚市监严列25年1号'])
        expect((await send(id, noticeOf(1, { documentNumber })))[0]).to.include({ code: '1007', value: documentNumber })
    }))

  it('refuses other content under a sequence that it has, and accepts the same content again', () =>
    everywhere(async (id) => {
      expect(await codesOf(id, noticeOf(1))).to.deep.equal(['00'])
      expect(await codesOf(id, noticeOf(1))).to.deep.equal(['00'])
      expect(await codesOf(id, noticeOf(1, { reason: '另一事由' }))).to.deep.equal(['1005'])
      expect(
        standIn(id)
          .history()
          .map(({ effect }) => effect),
      ).to.deep.equal(['APPLIED', 'REPEATED', 'REFUSED'])
    }))

  it('ignores an older sequence, adds an entry that is unknown to it on a change, and refuses a change after a removal', () =>
    everywhere(async (id) => {
      const change = (sequence: number) => noticeOf(1, { action: 'CHANGE', sequence })
      expect(await codesOf(id, change(3))).to.deep.equal(['00'])
      expect(await codesOf(id, noticeOf(1, { sequence: 2 }))).to.deep.equal(['02'])
      expect(await codesOf(id, removalOf(1, 4))).to.deep.equal(['00'])
      expect(await codesOf(id, change(5))).to.deep.equal(['1006'])
      expect(standIn(id).entries()).to.deep.equal([])
      expect(await codesOf(id, noticeOf(1, { sequence: 6 }))).to.deep.equal(['00'])
      expect(standIn(id).entries()).to.have.length(1)
    }))

  it('refuses a field that is not in its interface document', async () => {
    const { url, secret } = standIn('national')
    const answer = await fetch(`${url}/api/lists/serious/batch`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ rows: [{ ILLID: 'a', CERNO: 'x' }] }),
    })
    const { receipts } = (await answer.json()) as { receipts: object[] }
    expect(receipts[0]).to.include({ code: '1008', field: 'CERNO' })
  })

  it('accepts penalties and permits in the form of each platform, shows them and withdraws them', () =>
    everywhere(async (id) => {
      const [penalty, permit] = [penaltyOf(1), permitOf(1)]
      for (const notice of [penalty, permit]) {
        expect(await codesOf(id, notice)).to.deep.equal(['00'])
        expect(await codesOf(id, notice)).to.deep.equal(['00'])
      }
      expect(
        standIn(id)
          .entries()
          .map(({ kind, key }) => [kind, key]),
      ).to.deep.equal([
        ['penalty', penalty.key],
        ['permit', permit.key],
      ])
      for (const notice of [penalty, permit]) expect(await codesOf(id, withdrawn(notice, 2))).to.deep.equal(['00'])
      expect(standIn(id).entries()).to.deep.equal([])
    }))

  it('names row and field of a refused penalty or permit, and accepts the other rows', () =>
    everywhere(async (id) => {
      if (id === 'creditjilin') return
      const good = { ...penaltyOf(1), key: 'pen_good' }
      for (const [wrong, code] of [
        [withBody(penaltyOf(1), { document_number: '无号' }), '1007'],
        [withBody(penaltyOf(1), { decided_on: '2027-01-01' }), '1004'],
        [withBody(penaltyOf(1), { facts: null }), '1002'],
      ] as const) {
        const receipts = await send(id, wrong, good)
        expect(receipts.map((one) => [one.key, one.code])).to.deep.equal([
          [wrong.key, code],
          ['pen_good', '00'],
        ])
        expect(receipts[0]?.field).to.match(/^CF_/)
      }
    }))

  it("refuses the number of a person's certificate without repeating it", async () => {
    const { url, secret } = standIn('national')
    const answer = await fetch(`${url}/api/sgs/penalties`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}` },
      body: JSON.stringify({ rows: [{ CF_FR_ZJHM: 'not to be said' }] }),
    })
    const text = await answer.text()
    expect(text).to.include('1009').and.include('CF_FR_ZJHM').and.not.include('not to be said')
  })

  it('accepts the same row of the 2015 generation again on another day', async () => {
    const creditchina = platforms.find(({ id }) => id === 'creditchina')
    const on = (sentAt: string) =>
      creditchina?.send({ id: 'b', sentAt, notices: [penaltyOf(1)] }, standIn('creditchina'))
    for (const day of ['2026-11-24', '2026-11-25'])
      expect((await on(`${day}T02:00:00Z`))?.map(({ code }) => code)).to.deep.equal(['00'])
  })

  it('shows its entries in pages by key, or those of given keys', async () => {
    const { url, secret } = standIn('national')
    const asked = async (query: string): Promise<unknown> => {
      const answer = await fetch(`${url}/entries?${query}`, { headers: { authorization: `Bearer ${secret}` } })
      if (answer.status !== 200) return answer.status
      return ((await answer.json()) as { ILLID: string }[]).map(({ ILLID }) => ILLID)
    }
    await send('national', ...['c', 'a', 'd', 'b'].map((key) => noticeOf(1, { key })))
    await send('national', { ...removalOf(1, 2), key: 'd' })
    expect(await asked('')).to.deep.equal(['a', 'b', 'c'])
    expect(await asked('limit=2')).to.deep.equal(['a', 'b'])
    expect(await asked('after=b&limit=2')).to.deep.equal(['c'])
    expect(await asked('after=bb')).to.deep.equal(['c'])
    expect(await asked('after=c&limit=2')).to.deep.equal([])
    expect(await asked('keys=c,d,none,a')).to.deep.equal(['c', 'a'])
    expect(await asked('limit=0')).to.equal(400)
  })

  it('lists the rows that it received, from a given number on', async () => {
    await send('jilin', noticeOf(1))
    await send('jilin', noticeOf(1, { reason: '另一事由' }))
    const told = async (query: string) => (await fetch(`${standIn('jilin').url}/_told${query}`)).json()
    const all = (await told('')) as unknown[]
    expect(all).to.have.length(2)
    expect(await told('?after=1')).to.deep.equal([
      {
        number: 2,
        at: NOW.toISOString(),
        kind: 'listing',
        key: 'lst_test_1',
        sequence: 1,
        action: 'ADD',
        effect: 'REFUSED',
        code: '1005',
      },
    ])
    expect(await (await fetch(standIn('jilin').url)).text())
      .to.include('lst_test_1')
      .and.include('REFUSED')
  })

  it('keeps its history in an append-only file, and loses at most a line that was being written', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stand-ins-'))
    const file = join(folder, 'national.jsonl')
    const platform = platforms.find(({ id }) => id === 'national')
    const started = async (use: (national: PlatformStandIn) => Promise<void>) => {
      const all = await startPlatformStandIns({}, folder)
      const national = all.find(({ id }) => id === 'national')
      if (national) await use(national)
      await Promise.all(all.map((one) => one.close()))
    }
    const one = (n: number) => ({ id: 'b', sentAt: NOW.toISOString(), notices: [noticeOf(n)] })
    await started(async (national) => {
      await platform?.send(one(1), national)
      const first = readFileSync(file, 'utf8')
      await platform?.send(one(2), national)
      expect(readFileSync(file, 'utf8').startsWith(first)).to.equal(true)
    })
    truncateSync(file, readFileSync(file).length - 5)
    await started(async (national) => {
      expect(national.entries().map(({ key }) => key)).to.deep.equal(['lst_test_1'])
      expect((await platform?.send(one(2), national))?.[0]).to.include({ code: '00', receiverId: 'NATIONAL-2' })
      expect(national.history().map(({ number }) => number)).to.deep.equal([1, 2])
    })
    rmSync(folder, { recursive: true })
  })

  describe('misbehaves on demand:', () => {
    const unreachable = async (sending: Promise<unknown>): Promise<Record<string, unknown>> => {
      try {
        await sending
      } catch (error) {
        if (isRefusal(error) && error.code === 'PLATFORM_UNREACHABLE') return error.details
        throw error
      }
      throw new Error('it was reached')
    }
    const taken: [wish: Partial<PlatformBehaviour>, shown: number][] = [
      [{ cutBeforeAccept: 1 }, 0],
      [{ cutAfterAccept: 1 }, 1],
      [{ wrongEncoding: 1 }, 1],
      [{ garbage: 1 }, 1],
      [{ silentRows: 1 }, 1],
      [{ partial: 1 }, 0],
      [{ outage: true }, 0],
    ]
    for (const [wish, shown] of taken) {
      it(`${JSON.stringify(wish)} leaves the sender without an answer and ${shown} applied`, () =>
        everywhere(async (id) => {
          standIn(id).behave(wish)
          await unreachable(send(id, noticeOf(1)))
          expect(standIn(id).entries()).to.have.length(shown)
          standIn(id).behave({ outage: false })
          expect(await codesOf(id, noticeOf(1))).to.deep.equal(['00'])
        }))
    }

    it('leaves rows out of its answer, some applied and some not', async () => {
      const known = ['a', 'b', 'c', 'd'].map((key) => noticeOf(1, { key }))
      standIn('national').behave({ partial: 1, silentRows: 1 })
      expect(await codesOf('national', ...known)).to.deep.equal(['00', '00', 'NO_RECEIPT', 'NO_RECEIPT'])
      expect(
        standIn('national')
          .entries()
          .map(({ key }) => key),
      ).to.deep.equal(['a', 'b', 'c'])
    })

    it('answers twice', () =>
      everywhere(async (id) => {
        standIn(id).behave({ duplicateAnswers: 1 })
        expect(await codesOf(id, noticeOf(1))).to.deep.equal(['00'])
        expect([standIn(id).told, standIn(id).troubles]).to.deep.equal([1, 1])
      }))

    it('answers 503, with or without Retry-After', async () => {
      standIn('national').behave({ failNext: 1, retryAfter: 7 })
      expect(await unreachable(send('national', noticeOf(1)))).to.include({ retryAfterSeconds: 7 })
      standIn('national').behave({ failNext: 1, retryAfter: null })
      expect(await unreachable(send('national', noticeOf(1)))).to.not.have.property('retryAfterSeconds')
    })

    it('chance misbehaviour repeats with the same seed, and is absent with a share of 0', async () => {
      const course = async (seed: number, share: number): Promise<string[]> => {
        const all = await startPlatformStandIns()
        const national = all.find(({ id }) => id === 'national')
        const platform = platforms.find(({ id }) => id === 'national')
        if (national === undefined || platform === undefined) throw new Error('no national')
        national.behave({ chaos: { seed, share } })
        const ends: string[] = []
        for (let sequence = 1; sequence <= 20; sequence += 1) {
          const batch = {
            id: 'b',
            sentAt: NOW.toISOString(),
            notices: [noticeOf(1, { sequence }), noticeOf(2, { sequence })],
          }
          const end = await platform
            .send(batch, national)
            .catch((error) => [{ code: String(error.details?.reason).slice(0, 8) }])
          ends.push(end.map(({ code }) => code).join(' '))
        }
        await Promise.all(all.map((one) => one.close()))
        return ends.map((end) => (end.startsWith('127.0.0.') ? 'cut' : end))
      }
      const first = await course(7, 0.5)
      expect(await course(7, 0.5)).to.deep.equal(first)
      expect(new Set(first).size).to.be.greaterThan(3)
      expect(new Set(await course(7, 0))).to.deep.equal(new Set(['00 00']))
    })

    it('a behaviour is set over HTTP, and an invalid one is refused', async () => {
      const told = async (wish: unknown) =>
        (await fetch(`${standIn('jilin').url}/_behave`, { method: 'POST', body: JSON.stringify(wish) })).status
      for (const wish of [{ outage: true }, { outage: false, chaos: { seed: 1, share: 0.5 } }, { chaos: null }])
        expect(await told(wish), JSON.stringify(wish)).to.equal(200)
      for (const wish of [{ outage: 1 }, { chaos: { seed: 1 } }, { chaos: { seed: 1, share: 2 } }, { partial: -1 }])
        expect(await told(wish), JSON.stringify(wish)).to.equal(400)
    })
  })
})
