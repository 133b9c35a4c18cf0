import { expect } from 'chai'
import type { Role } from '../../../src/domain/access/viewer.js'
import type { RecordBody, RecordDraft, RecordKind } from '../../../src/domain/records/records.js'
import * as trail from '../../../src/store/audit/audit-log.js'
import { unpackCodes } from '../../../src/work/audit/operator-codes.js'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, operatorId, recordId, scored, type World } from '../world.js'

const MARK = `number class office name state inTerm appliedOn registeredOn expiresOn ownerName owner { uscc } contested record { kind source { row } }`
const PRODUCT = `gtin brand model more contested
  samplings { product brand model batch announcedOn failures partyRole partyName operator { uscc } contested record { kind } }
  recalls { product gtins announcedOn hazard state partyRole firm operator { uscc } contested }`

describe('open records over HTTP', () => {
  let world: World
  const [owner, seller] = [uscc(1), uscc(2)]
  const GTIN = '06901028000017'

  const draft = (
    kind: RecordKind,
    key: string,
    code: string | null,
    body: RecordBody,
    name: string | null = null,
  ): RecordDraft => ({
    kind,
    key,
    subject: { uscc: code, orgCode: null, regNo: null, shop: null, name },
    body,
    validFrom: null,
    validTo: null,
    remarks: [],
  })
  const mark = (number: string, niceClass: number, more: RecordBody = {}, code: string | null = owner, office = 'CN') =>
    draft('trademark', `${office === 'CN' ? '' : `${office}:`}${number}/${niceClass}`, code, {
      number,
      class: niceClass,
      office,
      name: '虚构松云',
      application_number: number,
      owner_name: '虚构松云商贸有限公司',
      owner_name_en: null,
      owner_uscc: code,
      status: 'REGISTERED',
      applied_on: '2018-01-01',
      registered_on: '2019-01-02',
      expires_on: '2029-01-01',
      goods: [],
      ...more,
    })
  const sampling = (key: string, more: RecordBody = {}) =>
    draft('inspection', key, seller, {
      notice_number: key,
      announced_on: '2026-01-10',
      product: '电热水壶',
      brand: '松云 Pro',
      model: 'XK-200；XK-300',
      batch: '2025-12',
      party_role: 'LABELLED_PRODUCER',
      party_name: '虚构白露有限公司',
      result: 'FAIL',
      failures: ['接地措施'],
      ...more,
    })
  const recall = (key: string, more: RecordBody = {}) =>
    draft('recall', key, null, {
      number: key,
      announced_on: '2026-02-01',
      product: '电热水壶',
      brand: '松云PRO',
      model: 'XK-200',
      gtins: [GTIN],
      hazard: '可能漏电',
      firm: '虚构松云商贸有限公司',
      party_role: 'MANUFACTURER',
      status: 'ONGOING',
      ...more,
    })

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(owner, '虚构松云商贸有限公司'),
      registration(seller, '虚构白露有限公司'),
    ])
    await world.bring('trademarks', [
      mark('90000001', 30),
      mark('90000001', 35, { status: 'APPLIED', registered_on: null, expires_on: null }),
      mark('90000002', 30, { expires_on: '2026-03-01' }),
      mark('90000001', 30, { owner_name: '虛構他人' }, null, 'TW'),
      mark('90000003', 9, { owner_name: '虚构110101199003074610' }, null),
    ])
    await world.bring('quality', [
      sampling('Q1'),
      sampling('Q2', { result: 'PASS', failures: [] }),
      sampling('Q3', { model: 'XK-900' }),
      sampling('Q4', { brand: '另牌' }),
    ])
    await world.bring('recalls', [recall('R1'), recall('R2', { brand: '另牌', model: null, gtins: [] })])
  })
  after(() => world.close())

  const ask = async (query: string, role: Role = 'marketplace') => {
    const { data, errors } = await world.ask(`{ ${query} }`, { token: world.token(role) })
    return { data, code: errors?.[0]?.extensions['code'] }
  }

  it('a trademark is found by number and class, with owner, state, term and source', async () => {
    const { data } = await ask(`trademark(number: "第90000001号", class: 30) { ${MARK} }`)
    expect(data.trademark).to.deep.equal({
      number: '90000001',
      class: 30,
      office: 'CN',
      name: '虚构松云',
      state: 'REGISTERED',
      inTerm: true,
      appliedOn: '2018-01-01',
      registeredOn: '2019-01-02',
      expiresOn: '2029-01-01',
      ownerName: '虚构松云商贸有限公司',
      owner: { uscc: owner },
      contested: false,
      record: { kind: 'TRADEMARK', source: { row: 2 } },
    })
  })

  it('the owner of a shown record is in the audit log, even if the query did not select the owner', async () => {
    const asked: [string, string[]][] = [
      ['trademark(number: "90000001", class: 30) { ownerName state }', [owner]],
      ['trademark(number: "90000001", class: 30, office: TW) { ownerName }', []],
      ['trademark(number: "99999999", class: 30) { ownerName }', []],
      ['product(brand: "松云pro") { samplings { partyName failures } }', [seller]],
      ['product(brand: "松云pro") { gtin }', []],
    ]
    for (const [query, codes] of asked) {
      const before = (await trail.readHead(world.database.db))?.number ?? 0
      await ask(query)
      const rows = await trail.listRowsAfter(world.database.db, before, 10)
      expect(
        rows.map(({ content }) => unpackCodes(content?.shown ?? null)),
        query,
      ).to.deep.equal([codes])
    }
  })

  it('class and office tell trademarks of one number apart, and a term ends', async () => {
    const { data } = await ask(`a: trademark(number: "90000001", class: 35) { state inTerm owner { uscc } }
      b: trademark(number: "90000001", class: 30, office: TW) { state ownerName owner { uscc } }
      c: trademark(number: "90000002", class: 30) { state inTerm expiresOn }`)
    expect(data).to.deep.equal({
      a: { state: 'APPLIED', inTerm: false, owner: { uscc: owner } },
      b: { state: 'REGISTERED', ownerName: '虛構他人', owner: null },
      c: { state: 'REGISTERED', inTerm: false, expiresOn: '2026-03-01' },
    })
  })

  it('an unknown number and an invalid one both give null', async () => {
    for (const args of [
      'number: "99999999", class: 30',
      'number: "90000001", class: 46',
      `number: "' or 1=1", class: 30`,
    ])
      expect((await ask(`trademark(${args}) { number }`)).data, args).to.deep.equal({ trademark: null })
  })

  it('an owner’s name that contains an ID number is masked except for officers', async () => {
    const query = 'trademark(number: "90000003", class: 9) { ownerName }'
    expect((await ask(query)).data.trademark.ownerName).to.not.include('110101199003074610')
    expect((await ask(query, 'officer')).data.trademark.ownerName).to.include('110101199003074610')
  })

  it('a withdrawn trademark disappears for a marketplace, and is shown to an officer as not in force', async () => {
    const { db } = world.database
    const id = await recordId(world, '90000002/30')
    await db('versions').where({ id }).update({ ended_on: '2026-03-01' })
    const query = 'trademark(number: "90000002", class: 30) { inTerm }'
    expect((await ask(query)).data.trademark).to.equal(null)
    expect((await ask(query, 'officer')).data.trademark).to.deep.equal({ inTerm: false })
    await db('versions').where({ id }).update({ ended_on: null })
  })

  it('a product is found by brand and model, with failed samplings and recalls', async () => {
    const { data } = await ask(`product(brand: "松云pro", model: "xk-200") { ${PRODUCT} }`)
    expect(data.product).to.deep.equal({
      gtin: null,
      brand: '松云pro',
      model: 'xk-200',
      more: false,
      contested: false,
      samplings: [
        {
          product: '电热水壶',
          brand: '松云 Pro',
          model: 'XK-200；XK-300',
          batch: '2025-12',
          announcedOn: '2026-01-10',
          failures: ['接地措施'],
          partyRole: 'LABELLED_PRODUCER',
          partyName: '虚构白露有限公司',
          operator: { uscc: seller },
          contested: false,
          record: { kind: 'INSPECTION' },
        },
      ],
      recalls: [
        {
          product: '电热水壶',
          gtins: [GTIN],
          announcedOn: '2026-02-01',
          hazard: '可能漏电',
          state: 'ONGOING',
          partyRole: 'MANUFACTURER',
          firm: '虚构松云商贸有限公司',
          operator: null,
          contested: false,
        },
      ],
    })
    const whole = (await ask('product(brand: "松云PRO") { samplings { model } recalls { product } }')).data.product
    expect(whole.samplings.map(({ model }: { model: string }) => model)).to.have.members(['XK-900', 'XK-200；XK-300'])
  })

  it('a barcode of any length finds the recalls that name it', async () => {
    const { data } = await ask(`a: product(gtin: "6901028000017") { gtin samplings { product } recalls { gtins } }
      b: product(gtin: "6901028000024") { recalls { gtins } }`)
    expect(data.a).to.deep.equal({ gtin: GTIN, samplings: [], recalls: [{ gtins: [GTIN] }] })
    expect(data.b.recalls).to.deep.equal([])
  })

  it('a record under objection is marked as contested', async () => {
    const record = await recordId(world, 'Q1')
    await scored(world, await operatorId(world, seller), 500, 'C', [record])
    const { errors } = await world.ask(
      'mutation($input: OpenObjectionInput!) { openObjection(input: $input) { id } }',
      {
        token: world.token('party', seller),
        variables: {
          input: {
            operator: seller,
            record: Buffer.from(`Record:${record}`).toString('base64url'),
            statement: '并非我方产品',
          },
        },
      },
    )
    expect(errors).to.equal(undefined)
    const { data } = await ask(
      'product(brand: "松云PRO") { contested samplings { model contested } recalls { contested } }',
    )
    expect(data.product.contested).to.equal(true)
    expect(data.product.samplings).to.deep.include({ model: 'XK-200；XK-300', contested: true })
    expect(data.product.samplings).to.deep.include({ model: 'XK-900', contested: false })
    expect(data.product.recalls).to.deep.equal([{ contested: false }])
  })

  it('an invalid barcode, a model alone and empty input are refused with an error code', async () => {
    for (const args of ['gtin: "6901028000018"', 'model: "XK-200"', 'brand: " "', 'gtin: "a\\u0000"'])
      expect((await ask(`product(${args}) { gtin }`)).code, args).to.equal('INPUT_INVALID')
  })

  it('are open to marketplaces, credit services and authorities only', async () => {
    const queries = ['trademark(number: "90000001", class: 30) { number }', 'product(brand: "松云PRO") { brand }']
    for (const query of queries) {
      for (const role of ['credit_service', 'agency', 'auditor', 'administrator'] as const)
        expect((await ask(query, role)).code, role).to.equal(undefined)
      expect((await ask(query, 'party')).code).to.equal('FORBIDDEN')
      const { errors } = await world.ask(`{ ${query} }`)
      expect(errors?.[0]?.extensions['code']).to.equal('UNAUTHENTICATED')
    }
  })
})
