import { expect } from 'chai'
import type { RecordBody, RecordDraft } from '../../src/domain/records/records.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, type World } from '../api/world.js'
import { nextIn, read } from '../support/reading.js'

describe('the pilot places on the public site', () => {
  let world: World
  const [one, two, far] = [uscc(1), uscc(2), uscc(3)]
  const draft = (kind: 'commitment' | 'standard', key: string, code: string, body: RecordBody): RecordDraft => ({
    ...registration(code, '虚构'),
    ...{ kind, key, body },
  })
  const standard = (n: number, code = one, status = 'IN_FORCE') =>
    draft('standard', `S${n}`, code, {
      ...{ number: `Q/XGJL ${n}S—2024`, name: `虚构标准${n}`, kind: 'ENTERPRISE', status },
      ...{ declared_on: '2024-01-01', products: [{ name: '虚构产品', model: null, category: null, gtin: null }] },
    })
  const commitment = (key: string, code: string, validTo: string, checks: RecordBody[]) =>
    draft('commitment', key, code, {
      subject_matter: '质量',
      text: '虚构承诺',
      made_on: '2024-01-01',
      valid_to: validTo,
      checks,
    })

  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [
      registration(one, '虚构长春有限公司', { region_code: '220102' }),
      registration(two, '虚构长春已注销有限公司', { region_code: '220104', status: 'DEREGISTERED' }),
      registration(far, '虚构四平有限公司', { region_code: '220302' }),
    ])
    await world.bring('commitments', [
      commitment('C1', one, '2026-12-31', [{ checked_on: '2025-01-01', result: 'KEPT' }]),
      commitment('C2', one, '2025-12-31', []),
      commitment('C3', far, '2026-12-31', []),
    ])
    const many = Array.from({ length: 60 }, (_, n) => standard(n + 1))
    await world.bring('standards', [...many, standard(90, one, 'ABOLISHED'), standard(91, far)])
  })
  after(() => world.close())

  const page = async (query = '') => (await read(`${world.url}/pilots${query}`)).text
  const cells = (text: string, place: string) =>
    [...(text.split(place)[1] ?? '').matchAll(/<td[^>]*>(?:<[^>]+>)?([^<]+)/g)].map(([, said]) => said).slice(0, 6)

  it('counts the operators, commitments, checks and standards of each place, and nothing of other places', async () => {
    const text = await page()
    expect(cells(text, '长春市')).to.deep.equal(['2016-01-01', '1', '1', '1', '60', '0'])
    expect(cells(text, '延边朝鲜族自治州')).to.deep.equal(['2016-01-01', '0', '0', '0', '0', '0'])
    expect(text).to.include('未经核实').and.not.include('四平')
  })

  it('lists the standards in force by key, and none that were abolished or stand elsewhere', async () => {
    const numbers: string[] = []
    for (let next: string | null = '/pilots'; next !== null; ) {
      const { text } = await read(`${world.url}${next.split('#')[0]}`)
      numbers.push(...[...text.matchAll(/Q\/XGJL (\d+)S/g)].map(([, n]) => n ?? ''))
      next = nextIn(text)
    }
    expect(numbers.map(Number).sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 60 }, (_, n) => n + 1))
    expect(await page('?region=220200')).to.not.include('Q/XGJL')
    expect((await read(`${world.url}/pilots?region=220300`)).status).to.equal(404)
  })
})
