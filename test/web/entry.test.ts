import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { makeWorld, TODAY, type World } from '../api/world.js'
import { corrected, letGo } from '../support/public-list.js'
import { commandsIn, read } from '../support/reading.js'
import { firms, listFirms } from '../support/site-world.js'

/** Longest time that the pasted commands may take, milliseconds. */
const PASTED_MS = 50_000

describe('the page of an entry', () => {
  let world: World
  let ids: string[]
  const given = firms(TODAY, 12)
  before(async () => {
    world = await makeWorld()
    ids = await listFirms(world.database.db, given)
    await world.publish()
  })
  after(() => world.close())

  const get = (path: string) => read(`${world.url}${path}`)
  /** Runs printed commands in a shell in an empty folder and returns their output. */
  const pasted = async (commands: readonly string[]): Promise<string> => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-pasted-'))
    try {
      const { stdout } = await promisify(execFile)('bash', ['-c', commands.join('\n')], {
        cwd: folder,
        timeout: PASTED_MS,
      })
      return stdout
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  it('says who is listed, why, by whom and until when, what follows, and how to get off', async () => {
    const { status, text, headers } = await get(`/blacklist/${ids[0]}`)
    const [firm] = given
    expect(status).to.equal(200)
    expect(headers['x-robots-tag']).to.equal('noindex, noarchive')
    for (const fact of [firm?.name, firm?.uscc, firm?.reason, firm?.authority, firm?.documentNumber, firm?.publishedOn])
      expect(text).to.include(fact)
    expect(text).to.include('2029-03-01').and.include('还有 1096 日')
    expect(text).to.include('惩戒措施').and.include('重点监管')
    // Repair is possible one year after the decision. The page says that this term is unverified.
    expect(text).to.include('最早可于 2027-02-21 申请').and.include('未经核实')
    expect(text).to.include('国家企业信用信息公示系统').and.include('申请行政复议')
    // The page links to the party’s own pages, which take objections and applications for repair.
    expect(text).to.match(/登录码[^\n]+<a href="\/my">/)
    expect(text).to.include('移出途径')
  })

  it('says that it is under objection', async () => {
    expect((await get(`/blacklist/${ids[3]}`)).text).to.include('有异议，正在核查')
    expect((await get(`/blacklist/${ids[0]}`)).text).not.to.include('有异议，正在核查')
  })

  it('its printed commands verify the entry against the signed manifest', async () => {
    const { text } = await get(`/blacklist/${ids[0]}`)
    expect(text).to.include('签名名单第 1 期所载')
    const [reckoned, said] = (await pasted(commandsIn(text))).trim().split('\n')
    expect(reckoned)
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(said)
    expect(text).to.include(`<code class="hash">${said}</code>`)
  })

  it('is not called signed while it differs from the signed line', async () => {
    await corrected(world.database.db, ids[1] ?? '', '事由已更正')
    const { text } = await get(`/blacklist/${ids[1]}`)
    expect(text).to.include('事由已更正').and.include('尚未列入签名名单').and.not.include('期所载')
    await world.publish()
    expect((await get(`/blacklist/${ids[1]}`)).text).to.include('签名名单第 2 期所载')
  })

  it('does not vouch for a signed line that somebody altered in the database', async () => {
    await world.database.db.raw(
      `update published_entries set line = replace(line, '2026', '2025') where listing_id = ? and to_sequence is null`,
      [ids[2] ?? ''],
    )
    expect((await get(`/blacklist/${ids[2]}`)).text).to.include('尚未列入签名名单')
  })

  it('has an English page with the published texts in Chinese, marked as Chinese', async () => {
    const { text } = await get(`/blacklist/${ids[0]}?lang=en`)
    expect(text).to.include('<html lang="en">').and.include('Held against the signed manifest')
    expect(text).to.include(`<bdi lang="zh-CN">${given[0]?.reason}</bdi>`)
    expect(text).not.to.include('列入事由')
  })

  it('answers 410 without a name after its end, in both languages', async () => {
    await letGo(world.database.db, ids[4] ?? '')
    for (const path of [`/blacklist/${ids[4]}`, `/blacklist/${ids[4]}?lang=en`]) {
      const { status, text, headers } = await get(path)
      expect(status).to.equal(410)
      expect(headers['x-robots-tag']).to.equal('noindex, noarchive')
      expect(text).not.to.include(given[4]?.name).and.not.include(given[4]?.uscc)
    }
  })

  it('the commands on /data verify the whole list', async () => {
    const { text } = await get('/data')
    const commands = commandsIn(text)
    const said = (await pasted(commands)).trim()
    expect(said.split('\n').slice(-2)).to.deep.equal(['OK', 'true'])
    expect(said).to.include('"to":3').and.include('"status":"UNKNOWN"')
    // The commands detect one letter that changed on its way.
    const forged = commands.map((command) =>
      command.replace(/^(cut -d\.)/, "sed -i '1s/虚/實/;1s/市/区/' blacklist.jsonl\n$1"),
    )
    const refused = await pasted(forged.slice(0, -1)).catch(() => 'refused')
    expect(refused).to.equal('refused')
    const another = commands.map((command) => command.replace('head + "." + body', 'head + "." + body + "x"'))
    expect((await pasted(another)).trim().split('\n').at(-1)).to.equal('false')
  })
})
