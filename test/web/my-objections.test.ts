import { expect } from 'chai'
import { globalOf } from '../api/global-ids.js'
import { penalty, registration, uscc } from '../api/record-drafts.js'
import { makeWorld, operatorId, recordId, scored, type World } from '../api/world.js'
import { type Party, visitor } from '../support/party.js'
import { SAMPLE_PNG } from '../support/sample-papers.js'

const ISSUE = 'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code } }'
const UPHOLD = 'mutation($input: DecideObjectionInput!) { decideObjection(input: $input) { correctionPending } }'
const NUMBER = '虚市监处罚〔2024〕1号'

describe("objections on the party's pages (/my)", () => {
  let world: World
  let record: string
  const [one, two] = [uscc(1), uscc(2)]

  const signedIn = async (operator = one): Promise<Party> => {
    const party = visitor(world.url)
    const variables = { input: { operator, reason: '随决定书送达' } }
    const { data } = await world.ask(ISSUE, { token: world.token('officer', 'officer-1'), variables })
    expect((await party.post('/my', { accessCode: data.issueAccessCode.code })).status).to.equal(303)
    return party
  }

  beforeEach(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(one, '虚构青禾有限公司'), registration(two, '虚构白露有限公司')])
    await world.bring('penalties', [penalty(one, NUMBER)])
    const version = await recordId(world, `${NUMBER}/${one}`)
    record = globalOf('Record', version)
    await scored(world, await operatorId(world, one), 430, 'C', [version])
  })
  afterEach(() => world.close())

  it('takes an objection, shows its state, and lets the party withdraw it', async () => {
    const party = await signedIn()
    const csrf = await party.csrf('/my')
    const sent = { csrf, record, statement: '此处罚决定已被撤销' }
    const chosen = new RegExp(`<option value="${record}" selected>行政处罚 ${NUMBER}`)
    const unchosen = await party.get('/my')
    expect(unchosen.text)
      .to.include('<option value="">请选择</option>')
      .and.not.match(/<option[^>]* selected/)
    const refused = await party.attach('/my/objections', sent, [Buffer.from('<html>')])
    expect(refused.status).to.equal(422)
    expect(refused.text).to.match(chosen).and.include(sent.statement)
    const none = await party.post('/my/objections', { ...sent, record: '' })
    expect(none.status).to.equal(422)
    expect(none.text).to.include('请选择对哪一条信息提出异议').and.include(sent.statement)
    const sentWell = await party.attach('/my/objections', sent, [
      new File([new Uint8Array(SAMPLE_PNG)], '检测报告.png'),
    ])
    expect(sentWell.headers.get('location')).to.equal('/my?done=objected')
    const shown = (await party.get('/my?done=objected')).text
    expect(shown).to.match(/至迟在 \d{4}-\d\d-\d\d 答复/)
    const [paper = ''] = /\/my\/papers\/[\w-]+/.exec(shown) ?? []
    expect(shown).to.match(/<a href="\/my\/papers\/[^>]+>.*检测报告\.png/)
    const kept = await party.get(paper)
    expect(kept.headers.get('content-type')).to.equal('image/png')
    expect(kept.headers.get('content-disposition')).to.include(`filename*=UTF-8''${encodeURIComponent('检测报告.png')}`)
    const [{ file_name: sealed }] = await world.database.db('sealed_papers').select('file_name')
    expect(sealed).to.match(/^[\w+/=]{40,}$/)
    expect((await (await signedIn(two)).get(paper)).status).to.equal(404)
    expect(shown).to.include('此处罚决定已被撤销').and.include('核查中').and.include('异议已提交')
    expect(shown).to.match(new RegExp(`所争议的信息：行政处罚 <bdi>${NUMBER} · .* · 虚构市市场监督管理局</bdi>`))
    expect(shown).to.include('（异议核查中）</option>')
    const path = /href="(\/my\/objections\/[^"]+\/withdraw)"/.exec(shown)?.[1] ?? ''
    const asked = await party.get(path)
    expect(asked.text).to.include('要撤回这项异议吗').and.include('此处罚决定已被撤销').and.include(`action="${path}"`)
    expect((await (await signedIn(two)).get(path)).status).to.equal(404)
    expect((await party.post(path, { csrf })).status).to.equal(303)
    expect((await party.get('/my?done=objected')).text)
      .to.include('已撤回')
      .and.not.include('异议已提交')
    expect((await party.post(path, { csrf })).status).to.equal(422)
    expect((await party.get(path)).status).to.equal(404)
  })

  it('an upheld objection waits for the correction of its record, and a further one is told so', async () => {
    const party = await signedIn()
    const csrf = await party.csrf('/my')
    await party.post('/my/objections', { csrf, record, statement: '此处罚决定已被撤销' })
    const [{ id }] = await world.database.db('objections').select('id')
    const input = { id: globalOf('Objection', id), verdict: 'UPHELD', note: '已核实' }
    const { data } = await world.ask(UPHOLD, { token: world.token('reviewer', 'reviewer-1'), variables: { input } })
    expect(data.decideObjection.correctionPending).to.equal(true)
    const { text } = await party.get('/my')
    expect(text).to.include('<h3>成立，待信源单位更正').and.include('对所依据信息的异议成立，待信源单位更正')
    expect(text).to.include('（异议已成立，待信源单位更正，不必再次提出）</option>').and.not.include('正在核查。')
  })
})
