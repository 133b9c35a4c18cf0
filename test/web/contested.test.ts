import { expect } from 'chai'
import { parse } from 'csv-parse/sync'
import { sealEntry } from '../../src/domain/publication/snapshot.js'
import { globalOf, keyIn } from '../api/global-ids.js'
import { numberOf, worldWithListing } from '../api/listed-world.js'
import { penalty, uscc } from '../api/record-drafts.js'
import { NOW, operatorId, recordId, scored, type World } from '../api/world.js'
import { getRaw } from '../support/holder.js'

const SAID = '有异议，正在核查'

describe('an entry under objection', () => {
  let world: World
  let id: string
  let record: string
  const one = uscc(1)
  const get = async (path: string) => (await getRaw(`${world.url}${path}`)).text
  const mutate = async (name: string, input: Record<string, unknown>, token: string) => {
    const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
    const answer = await world.ask(`mutation($i: ${type}!) { ${name}(input: $i) { id } }`, {
      token,
      variables: { i: input },
    })
    expect(answer.errors, name).to.equal(undefined)
    return answer.data[name].id as string
  }
  const open = () =>
    mutate('openObjection', { operator: one, record, statement: '非我单位所为' }, world.token('officer', 'officer-1'))
  const decide = (objection: string, verdict: string) =>
    mutate('decideObjection', { id: objection, verdict, note: '已核实' }, world.token('reviewer', 'reviewer-1'))

  beforeEach(async () => {
    ;[world, id] = await worldWithListing('虚构异议有限公司', '虚构无争有限公司')
    const version = await recordId(world, `${numberOf(1)}/${one}`)
    record = globalOf('Record', version)
    await scored(world, await operatorId(world, one), 500, 'C', [version])
    await world.publish()
  })
  afterEach(() => world.close())

  /** For each public form: whether exactly the contested entry is marked as under objection. */
  const saidIn = async () => {
    const lines = (text: string) => text.split(/\r?\n/)
    const entries = JSON.parse(await get('/data/blacklist.json')).entries as Record<string, unknown>[]
    for (const { hash, salt, ...body } of entries) expect(sealEntry(body, String(salt)).hash).to.equal(hash)
    const csv = parse(await get('/data/blacklist.csv'), { bom: true, columns: true }) as Record<string, string>[]
    const jsonl = lines(await get('/data/blacklist.jsonl')).flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    const atom = (await get('/data/blacklist.atom')).split('<entry>').slice(1)
    const rows = (await get('/blacklist')).split('<article>').slice(1)
    const uuid = keyIn(id)
    const told = (texts: string[], sign: string) => {
      const saying = texts.filter((text) => text.includes(sign))
      expect(saying.every((text) => text.includes(uuid))).to.equal(true)
      return saying.length === 1
    }
    return {
      json: entries.filter((entry) => entry['contested'] === true).map((entry) => entry['id'] === uuid),
      jsonl: jsonl.filter((entry) => entry.contested === true).map((entry) => entry.id === uuid),
      csv: csv.filter((row) => row['contested'] === 'true').map((row) => row['id'] === uuid),
      atom: told(atom, SAID),
      list: told(rows, SAID),
      page: (await get(`/blacklist/${uuid}`)).includes(SAID),
    }
  }
  const SAYS = { json: [true], jsonl: [true], csv: [true], atom: true, list: true, page: true }
  const SILENT = { json: [], jsonl: [], csv: [], atom: false, list: false, page: false }

  it('is marked on its page, in the list and in every file until the objection is decided', async () => {
    expect(await saidIn()).to.deep.equal(SILENT)
    const objection = await open()
    await world.publish()
    expect(await saidIn()).to.deep.equal(SAYS)
    const { changed } = JSON.parse(await get('/data/delta?since=1'))
    expect(changed.map((entry: Record<string, unknown>) => [entry['id'], entry['contested']])).to.deep.equal([
      [keyIn(id), true],
    ])
    await decide(objection, 'REJECTED')
    await world.publish()
    expect(await saidIn()).to.deep.equal(SILENT)
  })

  it('is sent to every platform, as a change where the platform already has it', async () => {
    const { db } = world.database
    await db.raw(
      `update deliveries set state = 'CONFIRMED', confirmed_at = now(), attempts = 1 where platform <> 'jilin'`,
    )
    const objection = await open()
    const owed = async () =>
      (
        await db.raw(
          `select platform, action, notice->'contested' as contested from deliveries where subject_id = ? and state = 'OWED' order by platform`,
          [keyIn(id)],
        )
      ).rows
    const all = (action: string, contested: boolean) =>
      ['creditchina', 'creditjilin', 'jilin', 'national'].map((platform) => ({
        platform,
        action: platform === 'jilin' ? 'ADD' : action,
        contested,
      }))
    expect(await owed()).to.deep.equal(all('CHANGE', true))
    await decide(objection, 'REJECTED')
    expect(await owed()).to.deep.equal(all('CHANGE', false))
  })

  it('stays marked after the objection is upheld, until a pull brings the corrected record', async () => {
    await decide(await open(), 'UPHELD')
    const contested = async () =>
      (
        await world.database
          .db('public_entries')
          .where({ listing_id: keyIn(id) })
          .first('body')
      )?.body.contested
    expect(await contested()).to.equal(true)
    const corrected = penalty(one, numberOf(1))
    corrected.body['facts'] = '事实已更正'
    await world.bring('penalties', [corrected], NOW, world.rules)
    expect(await contested()).to.equal(false)
  })

  it('is published as contested when it is hidden and shown again meanwhile', async () => {
    const officer = world.token('officer', 'officer-1')
    await open()
    for (const [name, more] of [
      ['hideListing', { hiding: 'ERROR' }],
      ['unhideListing', {}],
    ] as const) {
      const answer = await world.ask(`mutation($i: MoveInput!) { ${name}(input: $i) { listing { contested } } }`, {
        token: officer,
        variables: { i: { id, on: '2026-03-02', reason: '核实', ...more } },
      })
      expect(answer.errors).to.equal(undefined)
    }
    await world.publish()
    expect(await saidIn()).to.deep.equal(SAYS)
  })
})
