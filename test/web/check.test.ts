import { expect } from 'chai'
import iconv from 'iconv-lite'
import { worldWithListing } from '../api/listed-world.js'
import { registration, uscc } from '../api/record-drafts.js'
import { makeWorld, NOW, operatorId, scored, TODAY, type World } from '../api/world.js'
import { RENAMES } from '../support/renames.js'

interface Seen {
  status: number
  headers: Headers
  text: string
}

describe('POST /check', () => {
  let world: World
  const [listed, clear, unknown] = [uscc(1), uscc(2), uscc(3)]
  const NAME = `虚构青禾"><i>有限公司`
  const send = async (body: FormData | URLSearchParams | string, headers: Record<string, string> = {}, query = '') => {
    const answer = await fetch(`${world.url}/check${query}`, {
      method: 'POST',
      body,
      headers: { accept: 'text/html', ...headers },
    })
    return { status: answer.status, headers: answer.headers, text: await answer.text() } satisfies Seen
  }
  const pasted = (codes: string, more: Record<string, string> = {}, query = '') =>
    send(new URLSearchParams({ codes, ...more }), {}, query)
  const sentAs = (bytes: Uint8Array<ArrayBuffer> | string, more: Record<string, string> = {}) => {
    const form = new FormData()
    form.set('codes', '')
    form.set('file', new Blob([bytes]), '名单.csv')
    for (const [name, value] of Object.entries(more)) form.set(name, value)
    return send(form)
  }
  /** Table rows of a page, each as one text. */
  const rowsIn = (text: string): string[] =>
    [...text.matchAll(/<tr role="row"><th role="rowheader"([\s\S]*?)<\/tr>/g)].map(([row]) =>
      row
        .replace(/<[^>]+>/g, ' ')
        .replace(/\s+/g, ' ')
        .trim(),
    )

  before(async () => {
    ;[world] = await worldWithListing(NAME)
    await world.bring('registry', [registration(clear, '虚构白露有限公司')])
    await scored(world, await operatorId(world, clear), 812, 'A', [])
    await world.bring('dishonest', [], NOW)
  })
  after(() => world.close())

  it('answers an unknown code that fails its check digit with the hint that a character is mistyped', async () => {
    const [row = ''] = rowsIn((await pasted(`${unknown.slice(0, -1)}${unknown.endsWith('0') ? '1' : '0'}`)).text)
    expect(row).to.include('未知代码').and.include('校验位不符')
  })

  it('answers a pasted list in its order: listed or not, known or not, as of when, and that the answer is no certificate', async () => {
    const { status, text, headers } = await pasted(`${listed}\n ${clear.toLowerCase()}\r\n\n${unknown}\nnonsense`)
    expect(status).to.equal(200)
    expect(headers.get('cache-control')).to.equal('no-store')
    const [first = '', second = '', third = '', fourth = ''] = rowsIn(text)
    expect(rowsIn(text)).to.have.length(4)
    expect(first).to.include('在名单上').and.include('销售假冒注册商标的商品').and.include('已知主体')
    expect(second).to.include('未查到').and.include('虚构白露有限公司')
    expect(third).to.include('未知代码').and.not.include('请核对')
    expect(fourth).to.include('未知代码').and.include('不是代码的写法')
    expect(text)
      .to.include('不是无不良记录的证明')
      .and.include('不保存')
      .and.match(/信息截至|尚未有一次成功归集/)
  })

  it('never shows a score or a grade', async () => {
    for (const more of [{}, { format: 'csv' }]) {
      const { text } = await pasted(clear, more)
      expect(text).not.to.match(/812|grade|score(?!card)/)
    }
  })

  it('links an entry to its page, and shows registered and pasted names as plain text', async () => {
    const { text } = await pasted(`${listed}\t<b>x</b>`)
    const [, path] = /href="(\/blacklist\/[0-9a-f-]{36})"/.exec(text) ?? []
    expect((await fetch(`${world.url}${path}`)).status).to.equal(200)
    expect(text).to.include('虚构青禾&quot;&gt;&lt;i&gt;').and.include('&lt;b&gt;x&lt;/b&gt;').and.not.include('<b>x')
  })

  it('matches names from a spreadsheet, with or without a heading, in UTF-8, UTF-16 and GB18030', async () => {
    const same = `${clear},虚构白露有限公司`
    const other = `${listed},虚构别家有限公司`
    for (const answer of [
      await pasted(`${clear}\t虚构白露有限公司\n${listed}\t虚构别家有限公司`),
      await pasted(`${clear}，虚构白露有限公司\n${listed}，虚构别家有限公司`),
      await sentAs(`\uFEFF统一社会信用代码,名称\r\n${same}\r\n${other}\r\n`),
      await sentAs(
        new Uint8Array(
          iconv.encode(`名称,统一社会信用代码\n虚构白露有限公司,${clear}\n虚构别家有限公司,${listed}\n`, 'gb18030'),
        ),
      ),
      await sentAs(new Uint8Array(iconv.encode(`${same}\n${other}`, 'utf-16le', { addBOM: true }))),
    ]) {
      const [one = '', two = ''] = rowsIn(answer.text)
      expect(one, answer.text).to.include('名称一致')
      expect(two).to.include('名称不符')
    }
  })

  it('finds the code anywhere in a line, so that no listed firm is answered as not found', async () => {
    const utf16 = (text: string, order: 'utf-16le' | 'utf-16be', addBOM: boolean) =>
      sentAs(new Uint8Array(iconv.encode(text, order, { addBOM })))
    const table = `统一社会信用代码\t名称\n${listed}\t虚构甲一公司\n${clear}\t虚构白露有限公司`
    for (const [what, answer] of Object.entries({
      'name first, without a heading': await pasted(`虚构甲公司\t${listed}\n虚构白露有限公司\t${clear}`),
      'behind a number and a name': await pasted(`1\t虚构甲公司\t${listed}\n2\t虚构白露有限公司\t${clear}`),
      'behind a name and a blank': await pasted(`虚构 甲 公司 ${listed}\n虚构白露有限公司\u3000${clear}`),
      'before a name and a blank': await pasted(`${listed} 虚构甲公司\n${clear} 虚构白露有限公司`),
      'under a title': await pasted(`商家名单\n2026 年\n名称\t代码\n虚构甲公司\t${listed}\n虚构白露有限公司\t${clear}`),
      'marked as text': await sentAs(`名称,代码\r\n虚构甲公司,="${listed}"\r\n虚构白露有限公司,'${clear}\r\n`),
      'under the separator': await sentAs(`sep=,\r\n代码,名称\r\n${listed},虚构甲公司\r\n${clear},虚构白露有限公司`),
      'in lines that end with CR': await sentAs(`代码,名称\r${listed},虚构甲公司\r${clear},虚构白露有限公司\r`),
      'in UTF-16, the high byte first': await utf16(table, 'utf-16be', true),
      'in UTF-16 without a mark': await utf16(table, 'utf-16le', false),
    })) {
      const [one = '', two = '', ...more] = rowsIn(answer.text)
      expect(more, what).to.deep.equal([])
      expect(one, what).to.include('在名单上').and.include('名称不符')
      expect(two, what).to.include('名称一致')
    }
    expect(rowsIn((await pasted(`${listed} ${clear}\u3000${unknown}`)).text)).to.have.length(3)
    expect(rowsIn((await pasted(`9122 0102 ${listed.slice(8)}`)).text)[0]).to.include('在名单上')
  })

  it('says that a text is not a code', async () => {
    const [one = '', two = ''] = rowsIn((await pasted(`${unknown}\n虚构白露有限公司`)).text)
    expect(one).to.include('未知代码').and.not.include('不是代码的写法')
    expect(two).to.include('未知代码').and.include('不是代码的写法')
  })

  it('accepts several codes in one line, and a bad row fails without failing the others', async () => {
    expect(rowsIn((await pasted(`${listed}, ${clear}, ${unknown}`)).text)).to.have.length(3)
    expect(rowsIn((await pasted(`${listed}、${clear}`)).text)).to.have.length(2)
    const rows = rowsIn((await pasted(`坏行\n${listed}\n"${'长'.repeat(3_000)}\n${clear}`)).text)
    expect(rows).to.have.length(4)
    expect(rows[1]).to.include('在名单上')
    expect(rows[2]).to.include('此行过长')
    expect(rows[3]).to.include('虚构白露')
  })

  it('offers the answers as a CSV table without formulas', async () => {
    const { text, headers } = await pasted(`code,name,ref\n${listed},=HYPERLINK(1),+7\n@SUM(1),-1,x`, { format: 'csv' })
    expect(headers.get('content-disposition')).to.equal(`attachment; filename="check-${TODAY}.csv"`)
    expect(headers.get('cache-control')).to.equal('no-store')
    const [head, first = '', second = ''] = text.replace(/^\uFEFF/, '').split('\r\n')
    expect(head).to.equal('row,code,uscc,name,status,listed,listings,askedName,nameAnswer,ref,asOf,stale,fault')
    expect(first).to.match(/^1,/).and.include(`${listed},${listed},`).and.include(',KNOWN,true,')
    expect(first).to.include("'=HYPERLINK(1)").and.include("'+7").and.include('DIFFERENT')
    expect(second).to.include("'@SUM(1)").and.include("'-1").and.include('UNKNOWN,false')
    expect([first, second].map((line) => line.split(',').at(-1))).to.deep.equal(['', 'CODE_FORM'])
  })

  it('refuses invalid input with the reason, and returns the text that was typed', async () => {
    const many = Array(1_001).fill(clear).join('\n')
    for (const [answer, status, said] of [
      [await pasted(many), 400, '1000'],
      [await pasted('  \n '), 400, '没有可核验的内容'],
      [await sentAs('PK\u0003\u0004xx'), 400, '另存为 CSV'],
      [await sentAs(new Uint8Array(Buffer.from('d0cf11e0a1b11ae10000', 'hex'))), 400, '另存为 CSV'],
      [await sentAs('%PDF-1.7\n'), 400, '改用 CSV'],
      [await send('{"codes":[]}', { 'content-type': 'application/json' }), 400, '表单无法读取'],
      [await send('--x', { 'content-type': 'multipart/form-data; boundary=y' }), 400, '表单无法读取'],
      [await pasted('0'.repeat(600_000)), 413, '512 kB'],
    ] as [Seen, number, string][]) {
      expect(answer.status, said).to.equal(status)
      expect(answer.text).to.include(said).and.include('role="alert"').and.include('<textarea')
    }
    expect((await pasted(many)).text).to.include(`${clear}\n${clear}`)
    expect((await fetch(`${world.url}/check?code=${clear}`, { method: 'GET' })).status).to.equal(200)
  })

  it('gives the code of a refusal to a script, and the page to a browser that asks for CSV', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const json = { 'content-type': 'application/json' }
    for (const [accept, body, type, status, code] of [
      ['*/*', 'format=csv&codes=', form, 400, 'CHECK_NOTHING'],
      ['text/csv', 'codes=', form, 400, 'CHECK_NOTHING'],
      ['application/json', `format=csv&codes=${'0'.repeat(600_000)}`, form, 413, 'CONTENT_TOO_LARGE'],
      ['*/*', '{"codes":[]}', json, 400, 'FORM_UNREADABLE'],
      ['application/json, text/html;q=0.5', 'codes=', form, 400, 'CHECK_NOTHING'],
    ] as const) {
      const { headers, text, ...answer } = await send(body, { accept, ...type })
      expect(headers.get('content-type'), accept).to.include('application/problem+json')
      expect([answer.status, JSON.parse(text)['code']]).to.deep.equal([status, code])
    }
    const page = await send('format=csv&codes=', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', ...form })
    expect(page.text).to.include('role="alert"')
  })

  it('answers in English with lang=en', async () => {
    const { text } = await pasted(listed, {}, '?lang=en')
    expect(text)
      .to.include('on the blacklist')
      .and.include('Not found is no certificate')
      .and.include('<html lang="en">')
  })

  it('counts each hundred rows against the quota of the caller', async () => {
    const small = await makeWorld({ quota: 12 })
    try {
      const ask = (count: number) =>
        fetch(`${small.url}/check`, {
          method: 'POST',
          headers: { accept: 'text/html' },
          body: new URLSearchParams({ codes: Array(count).fill(clear).join('\n') }),
        })
      expect((await ask(1_000)).status).to.equal(200)
      const left = await ask(10)
      expect(left.status).to.equal(200)
      expect(left.headers.get('ratelimit')).to.match(/r=1;/)
      const over = await ask(200)
      expect(over.status).to.equal(429)
      expect(await over.text()).to.include('role="alert"')
      expect(Number(over.headers.get('retry-after'))).to.be.greaterThan(0)
    } finally {
      await small.close()
    }
  })
})

describe('/about', () => {
  let world: World
  before(async () => {
    world = await makeWorld({ demo: true })
  })
  after(() => world.close())
  const get = async (path: string) => {
    const answer = await fetch(`${world.url}${path}`, { headers: { accept: 'text/html' } })
    return { status: answer.status, text: await answer.text() }
  }

  it('names legal bases and rule tables with their sources, and says which are unconfirmed and which data are stand-ins', async () => {
    const { text } = await get('/about')
    for (const said of ['市场监管总局令第44号', '未经核实', '投诉', '无障碍声明', '隐私', '36 个月', '全部虚构'])
      expect(text).to.include(said)
    expect(text).to.include('自 <time datetime="2021-09-01">2021-09-01</time> 起')
    expect((await get('/about?lang=en')).text).to.include('from <time datetime="2021-09-01">2021-09-01</time> on')
    const tables = [...text.matchAll(/href="(\/about\/rules\/[^"]+)"/g)].map(([, path]) => path ?? '')
    expect(new Set(tables).size).to.be.greaterThan(6)
    for (const path of new Set(tables)) {
      const { status, text: table } = await get(path)
      expect(status, path).to.equal(200)
      expect(table).to.match(/出处|施行期间|未经核实/)
    }
    expect((await get('/about/rules/audit-log')).text)
      .to.include('个人信息保护法第五十六条')
      .and.include('未经核实')
    for (const { old, now } of RENAMES.filter(({ old }) => old.startsWith('/about'))) {
      const moved = await fetch(`${world.url}${old}?lang=en`, { redirect: 'manual' })
      expect([moved.status, moved.headers.get('location')]).to.deep.equal([301, `${now}?lang=en`])
    }
    expect((await get('/about/rules/..%2Fscorecards')).status).to.equal(404)
  })
})
