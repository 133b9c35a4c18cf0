import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect } from 'chai'
import { EARLIER_ON, earlier, type WorldOperator, world } from '../../seeds/world.js'
import {
  extractOrgCode,
  extractRegionOfUscc,
  hasOrgCodeCheckDigit,
  hasRegNoCheckDigit,
  isValidResidentId,
  isValidUscc,
  makeShopCode,
  parseCode,
  readOperatorKindInUscc,
} from '../../src/domain/operators/codes.js'
import { compareMoney } from '../../src/domain/records/money.js'
import { redactIdNumbers } from '../../src/domain/records/privacy.js'
import { normalizeDocumentNumber } from '../../src/foundation/text/values.js'
import { isDate } from '../../src/foundation/time/dates.js'

const REGISTER = resolve('../shared/data/cn-company-register/dev/jilin.csv')
const AREAS = resolve('../shared/data/gb2260/areas.json')
const LAST_DAY = '2026-10-31'

const here = world()
const counted = <T>(items: readonly T[], by: (item: T) => string): Record<string, number> => {
  const counts: Record<string, number> = {}
  for (const item of items) counts[by(item)] = (counts[by(item)] ?? 0) + 1
  return counts
}
const named = (code: string): WorldOperator => {
  const found = here.operators.find((one) => one.code === code)
  if (!found) throw new Error(`nobody has ${code}`)
  return found
}
const daysIn = (value: unknown): string[] =>
  Object.entries((value ?? {}) as Record<string, unknown>).flatMap(([field, inner]) => {
    if (typeof inner === 'object') return daysIn(inner)
    return /(On|Until|termTo)$|^on$/.test(field) && typeof inner === 'string' ? [inner] : []
  })

describe('the synthetic world', () => {
  it('is the same every time', () => {
    expect(world()).to.deep.equal(here)
  })

  it('holds 300 operators of four kinds', () => {
    expect(counted(here.operators, (one) => one.kind)).to.deep.equal({
      enterprise: 180,
      individual: 70,
      cooperative: 5,
      shop: 45,
    })
  })

  it('spreads them over the nine prefectures', () => {
    expect(counted(here.operators, (one) => one.region.slice(0, 4))).to.deep.equal({
      2201: 80,
      2202: 45,
      2203: 25,
      2204: 18,
      2205: 28,
      2206: 22,
      2207: 25,
      2208: 22,
      2224: 35,
    })
  })

  it('uses county codes of GB/T 2260 (skips itself where the table is absent)', function () {
    if (!existsSync(AREAS)) return this.skip()
    const known = new Set((JSON.parse(readFileSync(AREAS, 'utf8')) as { code: string }[]).map((area) => area.code))
    expect(here.operators.filter((one) => !known.has(one.region))).to.deep.equal([])
  })

  it('gives every registered operator valid codes that agree with its kind and region', () => {
    for (const one of here.operators.filter(({ kind }) => kind !== 'shop')) {
      const uscc = one.uscc ?? ''
      expect(one.code).to.equal(uscc)
      expect(isValidUscc(uscc), uscc).to.equal(true)
      expect(hasOrgCodeCheckDigit(extractOrgCode(uscc)), uscc).to.equal(true)
      expect(extractRegionOfUscc(uscc)).to.equal(one.region)
      expect(readOperatorKindInUscc(uscc)).to.equal(one.kind)
      expect(hasRegNoCheckDigit(one.regNo ?? ''), uscc).to.equal(true)
    }
  })

  it("gives a natural person's shop its marketplace's code and says nothing of the person", () => {
    for (const one of here.operators.filter(({ kind }) => kind === 'shop')) {
      const [shop] = one.shops
      expect(one.code).to.equal(makeShopCode(shop?.marketplace ?? '', shop?.shopId ?? ''))
      expect(parseCode(one.code)?.scheme).to.equal('shop')
      expect([one.uscc, one.regNo, one.representative, one.address]).to.deep.equal([null, null, null, null])
    }
  })

  it('repeats no code, name, shop, trademark, inspection or document', () => {
    const keys = [
      here.operators.map((one) => one.code),
      here.operators.map((one) => one.name),
      here.operators.flatMap((one) => one.shops.map((shop) => makeShopCode(shop.marketplace, shop.shopId))),
      here.trademarks.map((one) => `${one.number}/${one.class}`),
      here.inspections.map((one) => `${one.noticeNumber}/${one.serial}`),
      here.penalties.map((one) => one.documentNumber),
      here.listEntries.map((one) => one.id),
    ]
    for (const list of keys) expect(new Set(list).size).to.equal(list.length)
  })

  it('contains no name and no code of the real register (skips itself where that is absent)', function () {
    if (!existsSync(REGISTER)) return this.skip()
    const register = readFileSync(REGISTER, 'utf8')
    const found = here.operators.filter(
      (one) => register.includes(one.name) || (one.uscc !== null && register.includes(one.uscc)),
    )
    expect(found.map((one) => one.name)).to.deep.equal([])
    expect(here.operators.filter((one) => register.includes(one.brand)).map((one) => one.brand)).to.deep.equal([])
  })

  it('holds only valid days, and events from 2015 to autumn 2026 only', () => {
    const days = daysIn(here)
    expect(days.length).to.be.above(1500)
    expect(days.filter((day) => !isDate(day))).to.deep.equal([])
    const past = [
      ...here.operators.flatMap((one) => [one.establishedOn, one.approvedOn, ...one.shops.map((s) => s.openedOn)]),
      ...here.trademarks.flatMap((one) => [one.appliedOn, one.registeredOn]),
      ...here.inspections.map((one) => one.announcedOn),
      ...here.penalties.map((one) => one.decidedOn),
      ...here.listEntries.flatMap((one) => [one.listedOn, one.removal?.on ?? null]),
    ].filter((day) => day !== null)
    expect(past.filter((day) => day < '2015-01-01' || day > LAST_DAY)).to.deep.equal([])
  })

  it('lets nothing happen to an operator before it is founded', () => {
    const early = [
      ...here.trademarks.map((one) => [one.ownerUscc, one.appliedOn]),
      ...here.inspections.map((one) => [one.sellerUscc, one.announcedOn]),
      ...here.penalties.map((one) => [one.partyUscc, one.decidedOn]),
      ...here.listEntries.filter((one) => one.authorityRegion.startsWith('22')).map((one) => [one.uscc, one.listedOn]),
      ...here.operators.map((one) => [one.code, one.approvedOn ?? one.establishedOn]),
    ].filter(([code, day]) => typeof code === 'string' && named(code).establishedOn > (day ?? ''))
    expect(early).to.deep.equal([])
  })

  it('holds five deregistered operators and four with revoked licences', () => {
    const counts = counted(here.operators, (one) => one.status)
    expect(counts).to.deep.equal({ ACTIVE: 291, DEREGISTERED: 5, REVOKED: 4 })
  })

  it('holds 120 trademarks in every state, 20 of them without an owner’s code', () => {
    expect(here.trademarks).to.have.length(120)
    expect(here.trademarks.filter((one) => one.ownerUscc === null)).to.have.length(20)
    expect(Object.keys(counted(here.trademarks, (one) => one.status))).to.have.members([
      'REGISTERED',
      'APPLIED',
      'INVALID',
      'EXPIRED',
    ])
  })

  it('holds 90 inspections of which 27 fail, some of unknown producers', () => {
    expect(counted(here.inspections, (one) => one.result)).to.deep.equal({ PASS: 63, FAIL: 27 })
    expect(here.inspections.filter((one) => one.labelledProducer === null)).to.not.have.length(0)
    expect(here.inspections.every((one) => (one.result === 'FAIL') === one.failures.length > 0)).to.equal(true)
  })

  it('holds about 80 penalties with normalised document numbers, five of them heavy', () => {
    expect(here.penalties.length).to.be.within(75, 85)
    expect(
      here.penalties.filter((one) => normalizeDocumentNumber(one.documentNumber) !== one.documentNumber),
    ).to.deep.equal([])
    const heavy = here.penalties.filter((one) => /从重|吊销|责令停产停业/.test(one.content))
    expect(heavy).to.have.length(5)
    expect(heavy.filter((one) => one.types.includes('吊销许可证件'))).to.have.length(1)
    expect(heavy.filter((one) => one.types.includes('责令停产停业'))).to.have.length(2)
    expect(heavy.filter((one) => one.content.includes('从重'))).to.have.length(5)
  })

  it('holds two invented ID numbers, of birth year 1900, both in penalties', () => {
    const numbers: string[] = []
    redactIdNumbers(here, (id) => {
      numbers.push(id)
      return 'x'
    })
    expect(numbers.every((id) => isValidResidentId(id) && id.startsWith('2201021900'))).to.equal(true)
    expect(new Set(numbers).size).to.equal(2)
    const person = here.penalties.find((one) => one.partyKind === 'NATURAL_PERSON')
    expect(person?.facts).to.include(person?.partyCertificate ?? 'no number')
    expect(here.penalties.filter((one) => one.representativeCertificate !== null)).to.have.length(1)
  })

  it('holds six entries of the serious list, two of them removed, one of another province', () => {
    expect(here.listEntries).to.have.length(6)
    expect(here.listEntries.filter((one) => one.removal !== null)).to.have.length(2)
    expect(here.listEntries.every((one) => isValidUscc(one.uscc))).to.equal(true)
    expect(here.listEntries.filter((one) => !extractRegionOfUscc(one.uscc).startsWith('22'))).to.have.length(1)
  })

  it('has a dishonest example with the worst record of all', () => {
    const code = here.dishonestExample
    expect(named(code)).to.include({ kind: 'enterprise', status: 'ACTIVE' })
    const decided = here.penalties.filter((one) => one.partyUscc === code)
    expect(decided.map((one) => [one.decidedOn, one.fineYuan])).to.deep.equal([
      ['2025-04-22', '20000'],
      ['2026-09-01', '500000'],
    ])
    expect(decided[1]?.violation).to.include('销售侵犯注册商标专用权的商品')
    expect(decided[1]?.content).to.include('从重处罚')
    const failed = here.inspections.filter((one) => one.sellerUscc === code && one.result === 'FAIL')
    expect(failed.map((one) => one.announcedOn.slice(0, 4))).to.deep.equal(['2026', '2026'])
    const fails = counted(
      here.inspections.filter((one) => one.result === 'FAIL'),
      (one) => one.sellerUscc,
    )
    const penalised = counted(here.penalties, (one) => one.partyUscc ?? '')
    for (const one of here.operators.filter((other) => other.code !== code)) {
      expect(fails[one.code] ?? 0, one.name).to.be.at.most(1)
      expect(penalised[one.code] ?? 0, one.name).to.be.at.most(1)
    }
    expect(here.penalties.filter((one) => compareMoney(one.fineYuan ?? '0', '500000') === 1)).to.deep.equal([])
  })

  it('has a good example without penalties that owns five trademarks, and a shop as example', () => {
    const code = here.goodExample
    expect(named(code)).to.include({ kind: 'enterprise', status: 'ACTIVE' })
    expect(here.trademarks.filter((one) => one.ownerUscc === code)).to.have.length(5)
    expect(here.inspections.filter((one) => one.sellerUscc === code).map((one) => one.result)).to.deep.equal([
      'PASS',
      'PASS',
      'PASS',
    ])
    expect(here.penalties.filter((one) => one.partyUscc === code)).to.deep.equal([])
    expect(named(here.shopExample).kind).to.equal('shop')
  })

  it('names three faulty records, one in each of three feeds', () => {
    expect(here.faults.map((fault) => fault.feed)).to.deep.equal(['registry', 'quality', 'penalties'])
    for (const fault of here.faults) {
      if (fault.feed === 'registry') expect(fault.operator.name).to.equal('')
      if (fault.feed === 'quality') expect(fault.inspection.product).to.equal('')
      if (fault.feed === 'penalties') expect(parseCode(fault.penalty.partyUscc)).to.equal(null)
    }
  })
})

describe('the registry a month earlier', () => {
  const before = earlier(here)

  it('lacks the 15 newcomers and differs in ten enterprises, in name, address, capital or status', () => {
    const was = new Map(before.operators.map((one) => [one.code, one]))
    const missing = here.operators.filter((one) => !was.has(one.code))
    expect(missing).to.have.length(15)
    expect(missing.every((one) => one.kind === 'enterprise' && one.establishedOn > EARLIER_ON)).to.equal(true)
    const changed = here.operators.filter((one) => {
      const old = was.get(one.code)
      return old !== undefined && JSON.stringify(old) !== JSON.stringify(one)
    })
    expect(changed.map((one) => one.code)).to.deep.equal(here.changes.map((change) => change.code))
    const fields = changed.map((one) =>
      (['name', 'address', 'capitalWan', 'status'] as const).filter(
        (field) => was.get(one.code)?.[field] !== one[field],
      ),
    )
    expect(counted(fields, String)).to.deep.equal({ name: 3, address: 3, capitalWan: 2, status: 2 })
  })

  it('knows a renamed enterprise by what is now a former name', () => {
    for (const old of before.operators) {
      const now = named(old.code)
      if (now.name !== old.name) expect(now.formerNames).to.include(old.name)
    }
  })

  it('leaves the present world unchanged', () => {
    expect(here).to.deep.equal(world())
  })
})
