import { expect } from 'chai'
import { breakLines } from '../../../src/foundation/papers/break-lines.js'
import { writeDocx } from '../../../src/foundation/papers/docx.js'
import { inspectPaper } from '../../../src/foundation/papers/inspect.js'
import type { Paper } from '../../../src/foundation/papers/paper.js'
import { writePdf } from '../../../src/foundation/papers/pdf.js'
import { zipFault } from '../../../src/foundation/text/xlsx/zip.js'

const BYTES_MOST = 1_000_000

const paper = (text: string): Paper => ({
  title: '移出证明',
  madeAt: new Date('2026-03-02T02:00:00Z'),
  keywords: 'eyJhbGciOiJFUzI1NiJ9.e30.c2ln',
  foot: '草稿',
  blocks: [
    { as: 'title', text: '列入决定书' },
    { as: 'paragraph', text: [text, { blank: '手填：理由' }, '。'] },
    { as: 'table', columns: ['平台', '情况'], widths: [1, 2], rows: [['全国信用信息共享平台', '已确认 <&>']] },
    { as: 'qr', url: 'https://hub.example/verify?code=0123', caption: '扫码核验' },
    { as: 'page' },
    { as: 'right', text: '虚构市市场监督管理局' },
  ],
})

describe('a paper', () => {
  it('becomes a PDF of at most 1 MB with an embedded Chinese font, also when it uses thousands of characters', async () => {
    const many = String.fromCodePoint(...Array.from({ length: 3_000 }, (_, i) => 0x4e00 + i))
    const pdf = await writePdf(paper(many))
    expect(inspectPaper(pdf)).to.deep.equal({ type: 'PDF' })
    expect(pdf.length).to.be.lessThan(BYTES_MOST)
    const text = pdf.toString('latin1')
    expect(text)
      .to.match(/\/FontFile[23]/)
      .and.include('eyJhbGciOiJFUzI1NiJ9.e30.c2ln')
    expect([...text.matchAll(/\/Type \/Page\b/g)].length).to.be.greaterThan(5)
  })

  it('becomes a DOCX whose parts a reader finds sound, its text escaped and its blanks marked', () => {
    const parts = new Map<string, string>()
    const fault = zipFault(writeDocx(paper('认定理由 <b>&')), { unpackedBytes: 1_000_000 }, ({ name, content }) => {
      parts.set(name, content.toString())
    })
    expect(fault).to.equal(null)
    expect([...parts.keys()]).to.include.members(['[Content_Types].xml', '_rels/.rels', 'word/document.xml'])
    const text = parts.get('word/document.xml') ?? ''
    expect(text).to.include('认定理由 &lt;b&gt;&amp;').and.include('（手填：理由）').and.include('已确认 &lt;&amp;&gt;')
  })

  it('has no line that begins with a closing mark or ends with an opening one, and loses no character', () => {
    const text = '经查，当事人（虚构商贸有限公司）销售《商品》，文号2026-117。以上事实，有证据“证明”。'.repeat(9)
    for (let width = 10; width < 30; width += 1) {
      const lines = breakLines([{ text, blank: false }], { width, indent: 2, widthOf: (token) => token.length })
      const written = lines.map((line) => line.map((piece) => piece.text).join(''))
      expect(written.join('')).to.equal(text)
      for (const line of written.slice(1)) expect(line).to.not.match(/^[，。》）”]/)
      for (const line of written.slice(0, -1)) expect(line).to.not.match(/[（《“]$/)
    }
  })
})
