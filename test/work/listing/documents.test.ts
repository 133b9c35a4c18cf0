import { createHash } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { type Case, makeNewCase } from '../../../src/domain/listing/case.js'
import {
  checkDocumentRules,
  checkDocumentTemplate,
  DOCUMENT_KINDS,
  type DocumentKind,
  type DocumentSource,
  type DocumentTemplate,
  fillTemplate,
  formatChineseDate,
  listAvailableDocumentKinds,
  listServedDocumentKinds,
  SECTIONS_OF_EVERY_DOCUMENT,
} from '../../../src/domain/listing/documents.js'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import { computePublicationClocks } from '../../../src/domain/listing/publication-clocks.js'
import * as contracts from '../../../src/foundation/contracts.js'
import { printDocument } from '../../../src/web/document/page.js'
import { readDocumentRules, readDocumentTemplates } from '../../../src/work/listing/documents.js'
import { readClockRules } from '../../../src/work/listing/publication-clocks.js'

const { lists } = contracts.schemaDocument('rules/lists.json') as { lists: ListKind[] }
const list = lists.find(({ id }) => id === 'serious') as ListKind
const templateOf = (kind: DocumentKind): DocumentTemplate => readDocumentTemplates().get(kind) as DocumentTemplate

const facts = (more: Partial<Case> = {}): Case => ({
  ...makeNewCase('serious', 7),
  state: 'REMOVED',
  proposedBy: 'officer-1',
  decisionHeavy: true,
  decisionLinked: true,
  ground: 'HEAVIER_PENALTY',
  notifiedOn: '2026-05-04',
  decidedOn: '2026-05-20',
  servedOn: '2026-05-21',
  publishedOn: '2026-05-22',
  endsOn: '2029-05-20',
  removal: 'REPAIRED',
  ...more,
})
const clocks = (documentOn: string, publishedOn: string | null) =>
  computePublicationClocks(readClockRules(), {
    list: 'serious',
    documentOn,
    publishedOn,
    banUntil: null,
    today: '2026-11-25',
  })
const given = (more: Partial<DocumentSource> = {}): DocumentSource => ({
  listing: {
    authority: '虚构市市场监督管理局',
    reason: '销售假冒注册商标的商品',
    documentNumber: '虚市监列〔2026〕1号',
    removedOn: '2027-06-01',
    removalReason: 'REPAIRED',
    facts: facts(),
  },
  operator: { name: '虚构商贸有限公司', uscc: '91220102MA7A0700XC' },
  authority: null,
  decision: {
    document_number: '虚市监处罚〔2026〕1号',
    representative: '虚某',
    violation: '销售假冒注册商标的商品',
    facts: '经查，其店铺销售假冒商品，负责人证件[居民身份证 0123456789abcdef]',
    content: '吊销许可证件',
    types: ['吊销许可证件'],
    decided_on: '2026-05-20',
    authority: '虚构市市场监督管理局',
  },
  list,
  clocks: clocks('2026-05-20', '2026-05-22'),
  rules: readDocumentRules(),
  issued: null,
  named: {},
  on: '2026-05-20',
  ...more,
})
const printed = (html: string): string => html.slice(html.indexOf('<article>'))

describe('documents', () => {
  for (const kind of DOCUMENT_KINDS) {
    describe(kind, () => {
      const template = templateOf(kind)

      it('has each of the five parts', () => {
        expect(template.sections.map(({ part }) => part)).to.deep.equal(SECTIONS_OF_EVERY_DOCUMENT)
        const { html } = printDocument(template, given(), 'OFFICER')
        expect([...html.matchAll(/<h2>/g)]).to.have.length(SECTIONS_OF_EVERY_DOCUMENT.length)
      })

      it('fills every placeholder or marks it for filling by hand', () => {
        const { values, missing } = fillTemplate(template, given())
        expect([...values.keys(), ...missing.map(({ name }) => name)]).to.have.members(Object.keys(template.blanks))
        const { html } = printDocument(template, given(), 'OFFICER')
        expect(html).to.not.match(/[{]{2}|[}]{2}|undefined|null|NaN/)
        const prefix = template.signer === 'PARTY' ? '' : '手填：'
        for (const { zh } of missing) expect(printed(html)).to.include(`（${prefix}${zh}）`)
      })

      it('prints the title, the party and the authority', () => {
        const { html, title } = printDocument(template, given(), 'OFFICER')
        const titles: Partial<Record<DocumentKind, string>> = {
          REPAIR_NOTICE: '信用修复告知书',
          REPAIR_APPLICATION: '信用修复申请书',
        }
        expect(title).to.include(titles[kind] ?? '市场监督管理严重违法失信名单')
        for (const text of ['虚构商贸有限公司', '91220102MA7A0700XC', '虚构市市场监督管理局'])
          expect(printed(html)).to.include(text)
      })

      it('is a self-contained page without scripts or external resources, its style allowed by hash', () => {
        const { html } = printDocument(template, given(), 'OFFICER')
        expect(html).to.not.match(/<script|<link|<img|<iframe|\son\w+=|javascript:|https?:/i)
        const style = /<style>([\s\S]*?)<\/style>/.exec(html)?.[1] ?? ''
        const hash = createHash('sha256').update(style).digest('base64')
        expect(html).to.include(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`)
        expect(style).to.include('@page { size: A4')
      })

      it('prints an unconfirmed number only in the officer’s note, with its source', () => {
        // Values that occur nowhere else in the document.
        const odd = { ...list, numbers: list.numbers.map((row, i) => ({ ...row, value: 701 + i })) }
        const { html, missing } = printDocument(template, given({ list: odd }), 'OFFICER')
        for (const { unconfirmed } of missing) {
          if (unconfirmed === null) continue
          expect(printed(html)).to.not.include(unconfirmed.text)
          const note = html.slice(0, html.indexOf('<article>'))
          expect(note).to.include(unconfirmed.text).and.include(unconfirmed.basis.slice(0, 6))
        }
        expect(printDocument(template, given(), 'PARTY').html).to.not.include('<aside')
      })

      it('isolates the text direction of every value', () => {
        const { html } = printDocument(template, withText('文\u2069\u202E反\u2067'), 'OFFICER')
        const bare = html.replace(/<title>.*?<\/title>/s, '').replaceAll('<bdi>文\u202E反\u2067</bdi>\u2069', '')
        expect(bare.length).to.be.lessThan(html.length)
        expect(bare).not.to.match(/[\u2066-\u2069\u202a-\u202e]/)
      })

      it('escapes markup in every value', () => {
        const tags = (html: string): number => html.split('<').length
        const plain = tags(printDocument(template, withText('文'), 'OFFICER').html)
        fc.assert(
          fc.property(
            fc.oneof(
              fc.string({ minLength: 1 }),
              fc.constantFrom('<script>1</script>', '"><b>', '{{party}}', '&lt;', '$&'),
            ),
            (text) => {
              const value = `文${text}`
              expect(tags(printDocument(template, withText(value), 'OFFICER').html)).to.equal(plain)
            },
          ),
          { numRuns: 60 },
        )
      })
    })
  }

  const withText = (text: string): DocumentSource => {
    const of = given()
    const decision = { ...of.decision, violation: text, facts: text, content: text, representative: text }
    return {
      ...of,
      decision,
      operator: { name: text, uscc: of.operator.uscc },
      listing: { ...of.listing, authority: text },
    }
  }

  it('print confirmed legal numbers from their rows', () => {
    const rows = readDocumentRules().rows.filter(({ confirmed }) => confirmed)
    const { html } = printDocument(templateOf('NOTICE'), given(), 'OFFICER')
    for (const name of ['HEARING', 'RECONSIDERATION', 'SUIT']) {
      expect(html).to.include(rows.find((row) => row.name === name)?.text)
    }
  })

  it('cite the legal rows of the day of the decision', () => {
    const conditions = (decidedOn: string) => {
      const of = given()
      const { values, missing } = fillTemplate(templateOf('DECISION'), {
        ...of,
        listing: { ...of.listing, facts: facts({ decidedOn }) },
      })
      return values.get('conditions') ?? missing.find(({ name }) => name === 'conditions')?.why
    }
    expect(conditions('2026-04-01')).to.include('信用承诺')
    expect(conditions('2026-03-31')).to.equal('UNCONFIRMED')
    expect(conditions('2019-01-01')).to.equal('UNKNOWN')
  })

  it('contain no pseudonym of an ID number', () => {
    for (const kind of DOCUMENT_KINDS) {
      expect(printDocument(templateOf(kind), given(), 'OFFICER').html).to.not.match(/居民身份证 |0123456789abcdef/)
    }
  })

  it('print the 信用中国 days in the repair notice, and leave an unconfirmed 公示系统 end to be filled', () => {
    const { html, missing } = printDocument(templateOf('REPAIR_NOTICE'), given(), 'OFFICER')
    expect(printed(html)).to.include('2027年5月21日').and.include('2029年5月20日')
    expect(missing.find(({ name }) => name === 'gsxtEndsOn')?.why).to.equal('UNCONFIRMED')
  })

  it('print the number issued by the case system instead of the one named in a move', () => {
    const named = { DECISION: '虚市监列〔2026〕1号' }
    const number = (issued: DocumentSource['issued']) =>
      fillTemplate(templateOf('DECISION'), given({ named, issued })).values
    expect(number(null).get('number')).to.equal('虚市监列〔2026〕1号')
    const values = number({ number: '虚市监列〔2026〕2号', issuedOn: '2026-05-20' })
    expect(values.get('number')).to.equal('虚市监列〔2026〕2号')
    expect(values.get('issuedOn')).to.equal('2026年5月20日')
  })

  it('the repair application is signed by the party and bears no number or seal of the authority', () => {
    const { html } = printDocument(templateOf('REPAIR_APPLICATION'), given(), 'PARTY')
    expect(printed(html)).to.include('申请人（签字或者盖章）').and.to.include('受理单位').and.to.include('信用承诺')
    expect(printed(html)).to.not.include('（印章）')
  })

  it('write days as Chinese documents do', () => expect(formatChineseDate('2026-03-01')).to.equal('2026年3月1日'))

  const ISSUED = DOCUMENT_KINDS.filter((kind) => kind !== 'REPAIR_APPLICATION')
  const stages: [state: Case['state'], Partial<Case>, removedOn: string | null, DocumentKind[], DocumentKind[]][] = [
    ['LEAD', { proposedBy: null, notifiedOn: null, decidedOn: null, servedOn: null }, null, [], []],
    ['PROPOSED', { notifiedOn: null, decidedOn: null, servedOn: null }, null, ['NOTICE'], []],
    ['NOTIFIED', { decidedOn: null, servedOn: null }, null, ['NOTICE'], ['NOTICE']],
    ['REVIEWED', { decidedOn: null, servedOn: null }, null, ['NOTICE', 'DECISION', 'REPAIR_NOTICE'], ['NOTICE']],
    ['DECIDED', { servedOn: null }, null, ['NOTICE', 'DECISION', 'REPAIR_NOTICE'], ['NOTICE']],
    ['SERVED', {}, null, ['NOTICE', 'DECISION', 'REPAIR_NOTICE'], ['NOTICE', 'DECISION', 'REPAIR_NOTICE']],
    ['PUBLISHED', {}, null, [...DOCUMENT_KINDS], ['NOTICE', 'DECISION', 'REPAIR_NOTICE', 'REPAIR_APPLICATION']],
    ['HIDDEN', {}, null, [...DOCUMENT_KINDS], ['NOTICE', 'DECISION', 'REPAIR_NOTICE', 'REPAIR_APPLICATION']],
    ['REMOVED', {}, '2027-06-01', ISSUED, ISSUED],
    ['NOT_LISTED', { decidedOn: null, servedOn: null }, null, ['NOTICE'], ['NOTICE']],
  ]
  for (const [state, more, removedOn, there, served] of stages) {
    it(`${state} has ${there.length} documents, ${served.length} of them served on the party`, () => {
      const of = facts({ state, ...more })
      expect(listAvailableDocumentKinds(of, removedOn)).to.deep.equal(there)
      expect(listServedDocumentKinds(of, removedOn)).to.deep.equal(served)
    })
  }
})

describe('templates of documents', () => {
  const good = templateOf('REMOVAL')
  const faults: [what: string, (template: DocumentTemplate) => DocumentTemplate, place: string][] = [
    ['an undeclared placeholder', (t) => ({ ...t, closing: ['{{nobody}}'] }), 'closing[0]'],
    [
      'a placeholder that is never used',
      (t) => ({ ...t, blanks: { ...t.blanks, idle: { zh: '空', from: null } } }),
      'blanks.idle',
    ],
    [
      'a placeholder that nothing fills',
      (t) => ({ ...t, blanks: { ...t.blanks, party: { zh: '人', from: 'moon' } } }),
      'blanks.party.from',
    ],
    [
      'a literal legal number in the text',
      (t) => ({ ...t, closing: [...t.closing, '可以在60日内申请'] }),
      `closing[${good.closing.length}]`,
    ],
    [
      'a literal legal number in Chinese numerals',
      (t) => ({ ...t, closing: [...t.closing, '列入满三年'] }),
      `closing[${good.closing.length}]`,
    ],
    ['a missing part', (t) => ({ ...t, sections: t.sections.slice(1) }), 'sections'],
    ['a part given twice', (t) => ({ ...t, sections: [...t.sections, ...t.sections.slice(0, 1)] }), 'sections'],
    [
      'an unclosed placeholder',
      (t) => ({ ...t, closing: [...t.closing, '{{party}'] }),
      `closing[${good.closing.length}]`,
    ],
  ]
  for (const [what, spoil, place] of faults) {
    it(`are refused with ${what}, with the place and a sentence in both languages`, () => {
      const found = checkDocumentTemplate(spoil(good))
      expect(found.map((fault) => fault.place)).to.include(place)
      for (const { reason } of found) expect(reason).to.match(/\p{Script=Han}.*。.*[a-z}]\.$/u)
    })
  }

  it('satisfy their contract, which refuses an extra field', () => {
    for (const template of readDocumentTemplates().values()) {
      expect(checkDocumentTemplate(template)).to.deep.equal([])
      expect(
        contracts
          .contractCheck('contracts/document')({ ...template, extra: 1 })
          .map(({ field }) => field),
      ).to.deep.equal(['extra'])
    }
  })

  it('cite rules whose rows are checked on loading, duplicates included', () => {
    const { rows } = readDocumentRules()
    expect(checkDocumentRules({ rows })).to.deep.equal([])
    expect(checkDocumentRules({ rows: [...rows, ...rows] })).to.have.length(rows.length)
  })
})
