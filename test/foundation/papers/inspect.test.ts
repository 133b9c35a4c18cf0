import { deflateSync } from 'node:zlib'
import { expect } from 'chai'
import { inspectPaper } from '../../../src/foundation/papers/inspect.js'
import { objectStream, SAMPLE_JPEG, SAMPLE_PNG, samplePdf } from '../../support/sample-papers.js'

describe('an uploaded paper', () => {
  const taken: [what: string, bytes: Buffer, type: string][] = [
    ['a PDF', samplePdf(), 'PDF'],
    ['a PDF that opens at a page', samplePdf({ catalog: '/OpenAction [3 0 R/XYZ null null 0]' }), 'PDF'],
    ['a PDF with an object stream', samplePdf({ more: objectStream('8 0 <</Type/Font>>') }), 'PDF'],
    [
      'a PDF whose compressed picture happens to hold the letters of a short name',
      samplePdf({ more: '7 0 obj\n<</Length 9>>\nstream\nab/JS (cd\nendstream\nendobj' }),
      'PDF',
    ],
    ['a PDF with links', samplePdf({ more: '7 0 obj\n<</S/URI/URI(https://x.test/js/aa#41)>>\nendobj' }), 'PDF'],
    ['a PDF with an escaped name', samplePdf({ more: '7 0 obj\n<</BaseFont/#CB#CE#CC#E5>>\nendobj' }), 'PDF'],
    ['a PNG', SAMPLE_PNG, 'PNG'],
    ['a JPEG', SAMPLE_JPEG, 'JPEG'],
  ]
  for (const [what, bytes, type] of taken)
    it(`is taken: ${what}`, () => {
      expect(inspectPaper(bytes)).to.deep.equal({ type })
    })

  const script = '<</S/JavaScript/JS(app.alert\\(1\\))>>'
  const refused: [what: string, bytes: Buffer, fault: string][] = [
    ['a page of HTML', Buffer.from('<html></html>'), 'TYPE'],
    ['an empty file', Buffer.alloc(0), 'TYPE'],
    ['a PDF after other bytes', Buffer.concat([Buffer.from('GIF89a'), samplePdf()]), 'TYPE'],
    ['a PDF cut off', samplePdf().subarray(0, -10), 'BROKEN'],
    ['a PNG followed by an archive', Buffer.concat([SAMPLE_PNG, Buffer.from('PK')]), 'BROKEN'],
    ['a JPEG cut off', SAMPLE_JPEG.subarray(0, -2), 'BROKEN'],
    ['a script', samplePdf({ more: `7 0 obj\n${script}\nendobj` }), 'SCRIPT'],
    ['a script in an escaped name', samplePdf({ more: '7 0 obj\n<</S/J#61vaScript>>\nendobj' }), 'SCRIPT'],
    ['a script in an object stream', samplePdf({ more: objectStream(`8 0 ${script}`) }), 'SCRIPT'],
    [
      'a script in an object stream within another stream',
      samplePdf({ more: `6 0 obj\n<</Length 9>>\nstream\n${objectStream(`8 0 ${script}`)}\nendstream\nendobj` }),
      'BROKEN',
    ],
    [
      'an object stream in a coding that is not read',
      samplePdf({ more: objectStream('8 0 <<>>', '/Filter/LZWDecode') }),
      'BROKEN',
    ],
    [
      'an object stream behind a long dictionary',
      samplePdf({ more: objectStream(`8 0 ${script}`, `/Filter/FlateDecode${' '.repeat(5_000)}`) }),
      'SCRIPT',
    ],
    [
      'an object stream without its type',
      samplePdf({ more: objectStream(`8 0 ${script}`).replace('/Type/ObjStm', '') }),
      'SCRIPT',
    ],
    [
      'an object stream whose data begins in a way that only some readers know',
      samplePdf({ more: objectStream(`8 0 ${script}`).replace('stream\n', 'stream\r') }),
      'BROKEN',
    ],
    [
      'an object stream whose coding is said elsewhere',
      samplePdf({ more: objectStream(`8 0 ${script}`, '/Filter/FlateDecode/DecodeParms 9 0 R') }),
      'BROKEN',
    ],
    [
      'an object stream behind another one in a text',
      samplePdf({
        more: objectStream(
          `8 0 ${script}`,
          `/X(stream\n${deflateSync('').toString('latin1')}endstream endobj)/Filter/FlateDecode`,
        ),
      }),
      'BROKEN',
    ],
    ['an object in a text', samplePdf({ more: '7 0 obj\n(8 0 obj <</S/URI>> endobj)\nendobj' }), 'BROKEN'],
    ['an object in a comment', samplePdf({ more: '%8 0 obj <</S/URI>> endobj' }), 'BROKEN'],
    ['a script in a text', samplePdf({ more: `7 0 obj\n(${'<</S/JavaScript>>'})\nendobj` }), 'SCRIPT'],
    [
      'an encryption behind a text that looks like a stream',
      samplePdf({ catalog: '/X(stream\n)', trailer: '/Encrypt 7 0 R/X(endstream)' }),
      'ENCRYPTED',
    ],
    [
      'a script in an escaped name in a text',
      samplePdf({ more: '7 0 obj\n(<</S/J#61vaS#63ript>>)\nendobj' }),
      'SCRIPT',
    ],
    ['a link to another file', samplePdf({ more: '7 0 obj\n<</S/GoToR/F(//host/share/x.pdf)>>\nendobj' }), 'SCRIPT'],
    ['an object that does not end', samplePdf({ more: '7 0 obj\n<</Type/Font>>' }), 'BROKEN'],
    ['an action on opening', samplePdf({ catalog: '/OpenAction 7 0 R' }), 'SCRIPT'],
    ['an action of a page', samplePdf({ catalog: '/AA<</O 7 0 R>>' }), 'SCRIPT'],
    ['a program to launch', samplePdf({ more: '7 0 obj\n<</S/Launch/F(x.exe)>>\nendobj' }), 'SCRIPT'],
    ['an embedded file', samplePdf({ catalog: '/Names<</EmbeddedFiles 7 0 R>>' }), 'EMBEDDED'],
    ['an encrypted PDF', samplePdf({ trailer: '/Encrypt 7 0 R' }), 'ENCRYPTED'],
  ]
  for (const [what, bytes, fault] of refused)
    it(`is refused: ${what}`, () => {
      expect(inspectPaper(bytes)).to.deep.equal({ fault })
    })

  it('is judged in one pass, however it repeats itself', () => {
    const many = (text: string): Buffer => samplePdf({ more: text.repeat(Math.floor(2_000_000 / text.length)) })
    for (const text of ['stream\n', ' obj#41#41stream\n', '7 0 obj\n', '/#41', '(', '<<'])
      expect(inspectPaper(many(text)), text).to.deep.equal({ fault: 'BROKEN' })
  })
})
