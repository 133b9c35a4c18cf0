/** Real trademark files, pulled into the database. Without them these tests are skipped with a message. */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect } from 'chai'
import { startHub, type TestHub } from '../../support/hub.js'
import { sample } from '../samples.js'

const DATA = resolve('../shared/data')
const GAZETTE = join(DATA, 'trademarks-tipo/gazette-companies.csv')
const DOCUMENTS = ['rn2178784-ST-961_D3.xml', 'rn2178784-ST-962.2.1.xml', 'sn76044902.xml'].map((name) =>
  join(DATA, 'trademarks-uspto', name),
)
const here = [GAZETTE, ...DOCUMENTS].every((path) => existsSync(path))
const said = here ? '' : ' (skipped: the shared files are not here)'

describe('trademarks, shops and sites in the database', () => {
  let test: TestHub
  before(async () => {
    test = await startHub()
  })
  after(() => test.stop())

  const pulled = async (feed: string, path: string) => {
    const told = await test.hub.pull(feed, { cause: 'command', file: { path } })
    return [told?.received, told?.new, told?.changed, told?.unchanged, told?.rejected, told?.unmatched]
  }

  it(`the gazette of Taiwan goes in once: 1,629 received, none rejected${said}`, async function () {
    if (!here) this.skip()
    expect(await pulled('trademarks', GAZETTE)).to.deep.equal([1629, 1629, 0, 0, 0, 0])
    expect(await pulled('trademarks', GAZETTE)).to.deep.equal([1629, 0, 0, 1629, 0, 0])
  })

  it(`three documents of the USPTO go in, the second version of the same mark changing nothing${said}`, async function () {
    if (!here) this.skip()
    const told = []
    for (const path of DOCUMENTS) told.push(await pulled('trademarks', path))
    expect(told).to.deep.equal([
      [1, 1, 0, 0, 0, 0],
      [1, 0, 0, 1, 0, 0],
      [1, 1, 0, 0, 0, 0],
    ])
  })

  it('shops of firms and of persons go in; a person’s filing waits for a person, and no ID number is anywhere', async () => {
    expect(await pulled('shops', sample('shops.jsonl'))).to.deep.equal([3, 3, 0, 0, 0, 0])
    expect(await pulled('icp', sample('icp.json'))).to.deep.equal([2, 1, 0, 0, 0, 1])
    expect(await pulled('trustmarks', sample('trustmarks.csv'))).to.deep.equal([2, 2, 0, 0, 0, 0])
    const { rows } = await test.hub.db.raw(`select kind, shop from operators where shop is not null order by shop`)
    expect(rows.map((row: { kind: string; shop: string }) => `${row.kind} ${row.shop}`)).to.include.members([
      'SHOP shop:yangli-mall:YL2',
      'SHOP shop:yangli-mall:YL3',
    ])
    const waiting = await test.hub.db.raw(`select to_jsonb(u)::text as row from unmatched u`)
    const written = await test.hub.db.raw(`select to_jsonb(v)::text as row from versions v`)
    const all = [...waiting.rows, ...written.rows].map(({ row }: { row: string }) => row).join('\n')
    expect(all).to.include('吉ICP备99000002号-2')
    expect(all).to.not.include('220102190001010016')
  })
})
