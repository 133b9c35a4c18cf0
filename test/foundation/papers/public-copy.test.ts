import { expect } from 'chai'
import { makePublicCopy } from '../../../src/foundation/papers/public-copy.js'
import { pngChunk, SAMPLE_PNG, sampleJpeg, samplePdf } from '../../support/sample-papers.js'

const NAME = '虚构摄影者'

describe('a copy for the public', () => {
  const hex = (text: string): Buffer => Buffer.from(text, 'hex')
  const segment = (marker: string, content: Buffer): Buffer => {
    const length = Buffer.alloc(2)
    length.writeUInt16BE(content.length + 2)
    return Buffer.concat([hex(`ff${marker}`), length, content])
  }
  const exif = (content: Buffer): Buffer => segment('e1', Buffer.concat([Buffer.from('Exif\0\0'), content]))

  it('of a JPEG keeps the picture and its way up, and loses names, places and previews', () => {
    const wayUp = hex('4d4d002a00000008000101120003000000010006000000000000')
    const preview = sampleJpeg()
    const full = sampleJpeg(
      exif(Buffer.concat([wayUp, Buffer.from(NAME), preview])),
      segment('e1', Buffer.from(`http://ns.adobe.com/xap/1.0/\0${NAME}`)),
      segment('ed', Buffer.from(NAME)),
      segment('e0', Buffer.from(`JFXX\0${NAME}`)),
      segment('fe', Buffer.from(NAME)),
    )
    const copy = makePublicCopy(Buffer.concat([full, Buffer.from(NAME), preview]), 'JPEG')
    expect(copy).to.deep.equal(sampleJpeg(exif(wayUp)))
    expect(makePublicCopy(sampleJpeg(), 'JPEG')).to.deep.equal(sampleJpeg())
  })

  it('of a PNG keeps pixels and colours, and loses texts and what a crop left behind its end', () => {
    const [head, rest] = [SAMPLE_PNG.subarray(0, 33), SAMPLE_PNG.subarray(33)]
    const texts = [pngChunk('tEXt', Buffer.from(`Author\0${NAME}`)), pngChunk('eXIf', Buffer.from(NAME))]
    const full = Buffer.concat([head, ...texts, rest, pngChunk('IDAT', Buffer.from(NAME)), SAMPLE_PNG.subarray(-12)])
    expect(makePublicCopy(full, 'PNG')).to.deep.equal(SAMPLE_PNG)
  })

  it('of a picture that breaks off is none', () => {
    expect(makePublicCopy(SAMPLE_PNG.subarray(0, 40), 'PNG')).to.equal('BROKEN')
    for (const bytes of [hex('ffd8ffd9'), sampleJpeg().subarray(0, 30), hex('ffd8ffe00001ffd9')])
      expect(makePublicCopy(bytes, 'JPEG')).to.equal('BROKEN')
  })

  it('of a PDF is refused where it holds what was there before a change', () => {
    const table = 'startxref\n9\n%%EOF\n'
    const once = samplePdf({ more: '7 0 obj\n5\nendobj' }).toString('latin1').replace('%%EOF', table)
    const again = Buffer.from(`${once}8 0 obj\n6\nendobj\n${table}`, 'latin1')
    const forWeb = Buffer.from(
      once.replace('%PDF-1.7\n', `%PDF-1.7\n9 0 obj\n<</Linearized 1>>\nendobj\n${table}`),
      'latin1',
    )
    expect(makePublicCopy(Buffer.from(once, 'latin1'), 'PDF').toString('latin1')).to.equal(once)
    expect(makePublicCopy(again, 'PDF')).to.equal('REVISED')
    expect(makePublicCopy(forWeb, 'PDF')).to.deep.equal(forWeb)
  })
})
