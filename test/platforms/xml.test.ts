import { expect } from 'chai'
import fc from 'fast-check'
import { XML_DECLARATION, xmlLeaf, xmlNode } from '../../src/foundation/text/xml.js'
import { receiptRows, writeEnvelope } from '../../src/platforms/formats/exchange-envelope.js'
import { readXml, UnreadableAnswerError } from '../../src/platforms/formats/reading.js'
import { batchOf, noticeOf } from './notices.js'

const read = (xml: string) => readXml(Buffer.from(xml))

describe('XML of the exchange', () => {
  const names = [
    ['markup', `甲<乙>&"丙"'丁'`],
    ['what looks like an entity', '甲&amp;乙&#20;'],
    ['the end of a CDATA section', '甲]]>乙'],
    ['characters of extension B and beyond', '𠮷𡈽𬭚𰻝'],
    ['line ends of every kind', '甲\r\n乙\r丙\n丁'],
  ] as const
  for (const [what, name] of names) {
    it(`keeps ${what} unchanged`, () => {
      expect(read(XML_DECLARATION + xmlLeaf('name', name)).text).to.equal(name)
    })
  }

  it('keeps any text except characters that XML cannot express', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = text.replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
        expect(read(xmlLeaf('name', `[${text}]`)).text).to.equal(`[${written}]`)
      }),
    )
  })

  it('writes control characters and lone surrogates as U+FFFD', () => {
    expect(read(xmlLeaf('name', '甲\u0000\u000B\uD800乙')).text).to.equal('甲\uFFFD\uFFFD\uFFFD乙')
  })

  it("an envelope's header has every field that the exchange requires", () => {
    const [header, body] = read(writeEnvelope('receiver-x', batchOf(noticeOf(1), noticeOf(2)))).children
    expect(header?.children.map(({ name, text }) => [name, text])).to.deep.equal([
      ['sender', 'jilin-ecommerce-credit-hub'],
      ['receiver', 'receiver-x'],
      ['cc', ''],
      ['flow', 'batch-1'],
      ['item', 'blacklist'],
      ['sn', '2'],
      ['securityType', '0'],
      ['operator', 'jilin-ecommerce-credit-hub'],
      ['contacts', ''],
    ])
    expect(body?.children[0]?.children.map(({ name }) => name)).to.deep.equal(['row', 'row'])
  })

  it('omits absent fields from a row', () => {
    expect(writeEnvelope('receiver-x', batchOf(noticeOf(1)))).to.not.match(/REMOVE_|A000003|null/)
  })

  const unreadable = [
    ['a document type', '<!DOCTYPE a [<!ENTITY b "b">]><a>&b;</a>'],
    ['an undefined entity', '<a>&b;</a>'],
    ['an element that is not closed', '<a><b></a>'],
    ['nothing', ''],
    ['something other than XML', '系统繁忙'],
    ['elements nested too deep', '<a>'.repeat(17) + '</a>'.repeat(17)],
    ['too many elements', `<a>${'<b/>'.repeat(100_001)}</a>`],
  ] as const
  for (const [what, xml] of unreadable) {
    it(`refuses to read ${what}`, () => {
      expect(() => read(xml)).to.throw(UnreadableAnswerError)
    })
  }

  it('reads GB18030 regardless of the declaration, and refuses bytes that are neither GB18030 nor UTF-8', () => {
    const bytes = (...middle: number[]) =>
      Buffer.concat([Buffer.from(`${XML_DECLARATION}<a>`), Buffer.from(middle), Buffer.from('</a>')])
    expect(readXml(bytes(0xb0, 0xa1)).text).to.equal('啊')
    expect(() => readXml(bytes(0xb0))).to.throw(UnreadableAnswerError)
    expect(() => readXml(bytes(0xff, 0xfe))).to.throw(UnreadableAnswerError)
  })

  it('finds the receipt anywhere in the answer', () => {
    const row = xmlNode('row', xmlLeaf('ENTRY_ID', 'k'), xmlLeaf('state', 1))
    const expected = [['ENTRY_ID', 'k'] as const, ['state', '1'] as const]
    for (const xml of [xmlNode('receipt', row), xmlNode('a', xmlNode('b', xmlNode('receipt', row)))]) {
      expect(receiptRows(Buffer.from(xml)).map(Object.entries)).to.deep.equal([expected])
    }
    expect(() => receiptRows(Buffer.from('<a/>'))).to.throw(UnreadableAnswerError)
  })
})
