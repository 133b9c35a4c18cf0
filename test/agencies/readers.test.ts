import { expect } from 'chai'
import iconv from 'iconv-lite'
import { findDuplicateKey } from '../../src/foundation/text/json.js'
import { HEADER, lines, PART, problemsIn, ROW, read, rowsOf } from './reading.js'
import { fileOf, itemsOf, refusalOf } from './samples.js'

describe('reader csv', () => {
  const encodings: [name: string, bytes: Buffer][] = [
    ['UTF-8', Buffer.from(lines(HEADER, ROW))],
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${lines(HEADER, ROW)}`)],
    ['GB18030', iconv.encode(lines(HEADER, ROW), 'gb18030')],
    ['UTF-16 little endian', iconv.encode(lines(HEADER, ROW), 'utf-16le', { addBOM: true })],
    ['UTF-16 big endian', iconv.encode(lines(HEADER, ROW), 'utf-16be', { addBOM: true })],
  ]
  for (const [name, bytes] of encodings) {
    it(`reads ${name}`, async () => {
      const [item] = await read(bytes)
      expect(item).to.deep.include({ page: null, row: 2 })
      expect(item?.fields).to.include({ 企业名称: '长春市样例电子商务有限公司', 失信领域: '甲类失信' })
    })
  }

  const tables: [title: string, text: string, rows: string][] = [
    ['takes a semicolon as separator', lines(HEADER, ROW).replaceAll(',', ';'), '2'],
    ['takes a tabulator as separator', lines(HEADER, ROW).replaceAll(',', '\t'), '2'],
    ['takes a bar as separator', lines(HEADER, ROW).replaceAll(',', '|'), '2'],
    ['finds the header below a title and counts physical lines', lines('样例名单', '', HEADER, ROW, ROW), '4 5'],
    ['leaves out blank lines but counts them', lines(HEADER, '', ROW, ',,,,', ROW, ''), '3 5'],
    ['takes \\r\\n and \\r as line ends', `${HEADER}\r\n${ROW}\r${ROW}`, '2 3'],
    ['counts every line of a quoted cell with line breaks', lines(HEADER, `"长春\n样例",,,,甲`, ROW), '2 4'],
    ['rejects a row with too few cells', lines(HEADER, '长春样例,,', ROW), '2! 3'],
    ['rejects a row with too many cells', lines(HEADER, `${ROW},多`, ROW), '2! 3'],
    ['accepts empty cells at the end of a row', lines(HEADER, `${ROW},,`, ROW), '2 3'],
    ['rejects only the line with a quote that never closes', lines(HEADER, ROW, `"${ROW}`, ROW, ROW), '2 3! 4 5'],
    [
      'rejects only the line with a quote that closes in a later line',
      lines(HEADER, `"${ROW}`, ROW, `样例,"",,,"甲"`),
      '2! 3 4',
    ],
    [
      'rejects every line between two stray quotes in the last column',
      lines(HEADER, ROW, `${PART}"甲`, ROW, ROW, `${PART}乙"`, ROW),
      '2 3! 4! 5! 6! 7',
    ],
    ['rejects two rows joined by stray quotes in the last column', lines(HEADER, `${PART}"甲`, `${PART}乙"`), '2! 3!'],
    ['rejects two rows joined by stray quotes in the first column', lines(HEADER, `"${ROW}`, `样例",,,,甲`), '2! 3!'],
    ['rejects two rows joined by stray quotes in the middle', lines(HEADER, `样,,"1,2,甲`, `例,,3",,乙`), '2! 3!'],
    [
      'I-A11: reads a quoted cell with many separators on several lines as one cell',
      lines(HEADER, `样例,,,"经营甲,乙,丙,丁\n戊,己,庚,辛,壬,癸\n子,丑",乙`, ROW),
      '2 5',
    ],
    ['I-A11: rejects every row that stray quotes joined', lines(HEADER, `样,,"1,2,甲`, ROW, `例,,3",,乙`), '2! 3! 4!'],
    [
      'F-11: leaves out notes and totals below the table',
      lines(HEADER, ROW, '合计,,,2,', '注：1.以上信息截至昨日,,,,', '2.仅供参考', '制表人：样某,,审核人：例某,,'),
      '2',
    ],
    ['F-11: keeps a row that looks like a note if rows follow it', lines(HEADER, ROW, '注：待补,,,,', ROW), '2 3 4'],
    ['reads a comma beside a line break in a cell', lines(HEADER, `样例,,,,"甲,乙\n丙"`, `"样,\n例",,,,甲`), '2 4'],
    ['keeps a quote inside a cell', lines(HEADER, ROW.replace('样例', '"样例"')), '2'],
    [
      'recognises a header with blanks and a star around it',
      lines(HEADER.replace('企业名称', ' 企业名称* '), ROW),
      '2',
    ],
  ]
  for (const [title, text, rows] of tables) it(title, async () => expect(await rowsOf(text)).to.equal(rows))

  it('keeps the text of a broken row and makes no draft', async () => {
    const [item] = await read(lines(HEADER, '长春样例,,'))
    expect(item?.fields).to.deep.equal({ __row: '长春样例,,' })
    expect(item && problemsIn(item)[0]).to.include({ field: null, rule: 'row' })
  })

  it('keeps the whole text of rows that stray quotes joined', async () => {
    const swallowed = [`${PART}"${'长'.repeat(5000)}`, ROW, `${PART}乙"`]
    const items = await read(lines(HEADER, ...swallowed))
    expect(items.map(({ fields }) => fields['__row'])).to.deep.equal(swallowed)
    expect(items.flatMap((item) => problemsIn(item).map(({ rule }) => rule))).to.deep.equal(swallowed.map(() => 'row'))
  })

  it('reads a quoted cell that spans several chunks of the file', async () => {
    const long = '样'.repeat(70_000)
    const items = await read(lines(HEADER, ROW, `样例,,,,"${long}\n${long}"`, ROW))
    expect(items.map(({ row }) => row)).to.deep.equal([2, 3, 5])
    expect(items[1]?.fields.失信领域).to.equal(`${long}\n${long}`)
  })

  it('numbers ten thousand rows by their lines', async () => {
    const items = await read(lines(HEADER, ...Array.from({ length: 10_000 }, () => ROW)))
    expect(items.every(({ row }, at) => row === at + 2)).to.equal(true)
    expect(items).to.have.length(10_000)
  })

  it('rejects only the row with a bad byte in valid UTF-8', async () => {
    const bytes = Buffer.from(lines(HEADER, ROW, ROW, ROW))
    bytes[Buffer.byteLength(lines(HEADER, ROW)) + 2] = 0xff
    const items = await read(bytes)
    expect(
      items.map((item) =>
        problemsIn(item)
          .map(({ rule }) => rule)
          .join(),
      ),
    ).to.deep.equal(['', 'encoding', ''])
  })

  it('refuses a header that a stray quote joins with the rows below', async () => {
    const header = HEADER.replace('失信领域', '"失信领域')
    expect(await refusalOf(read(lines(header, ROW, `${PART}乙"`, ROW)))).to.equal('CONTENT_UNKNOWN')
  })

  it('accepts a header with line breaks in its cells', async () => {
    expect(await rowsOf(lines(HEADER.replace('失信领域', '"失信\n领域"'), ROW))).to.equal('3')
  })

  it('refuses a header with a repeated column', async () => {
    expect(await refusalOf(read(lines(`${HEADER},失信领域`, `${ROW},乙`)))).to.equal('CONTENT_UNKNOWN')
  })

  it('refuses a file of unbalanced quotes', async () => {
    const text = lines(HEADER, ...Array.from({ length: 300 }, (_, at) => `"${'x'.repeat(at)},"y"z,"\\`))
    expect(await refusalOf(read(text))).to.equal('CONTENT_UNREADABLE')
  })
})

describe('reader json', () => {
  const record = { ILLID: 'I-1', ENTNAME: '样例', UNISCID: '91220102MA0Y3X1HXM', SERILLREA_CN: '甲' }
  const forms: [title: string, text: string, rows: string][] = [
    ['finds the list in an envelope', JSON.stringify({ a: { list: [record, record] }, n: [] }), '1 2'],
    ['takes a bare list', JSON.stringify([record]), '1'],
    ['takes a single record', JSON.stringify(record), '1'],
    ['takes one record a line', `${JSON.stringify(record)}\n\n${JSON.stringify(record)}\n`, '1 3'],
    ['rejects a broken line', `${JSON.stringify(record)}\n{"ILLID":\n`, '1 2!'],
    ['rejects items that are not records', JSON.stringify([record, null, 3, 'x', []]), '1 2! 3! 4! 5!'],
    [
      'rejects a record that is nested too deep',
      `[${JSON.stringify(record)},{"ILLID":${'['.repeat(50)}${']'.repeat(50)}}]`,
      '1 2!',
    ],
  ]
  for (const [title, text, rows] of forms) it(`${title} (json)`, async () => expect(await rowsOf(text)).to.equal(rows))

  it('reads a single line as one record when jsonl is named', async () => {
    const [item] = await read(`${JSON.stringify(record)}\n`, 'jsonl')
    expect(item).to.deep.include({ row: 1, fields: record })
    expect(await refusalOf(read(JSON.stringify({ list: [record] }), 'jsonl'))).to.equal('CONTENT_UNKNOWN')
  })

  it('reads one record per line even if the first line is long', async () => {
    const long = JSON.stringify({ ...record, SERILLREA_CN: '样'.repeat(70_000) })
    expect(await rowsOf(`${long}\n${JSON.stringify(record)}\n`)).to.equal('1 2')
  })

  it('detects two records merged into one object', async () => {
    const two = '{"ILLID":"I-1","ENTNAME":"甲","UNISCID":"","ILLID":"I-2","ENTNAME":"乙"}'
    expect(await refusalOf(read(`[${JSON.stringify(record)},${two}]`))).to.equal('CONTENT_UNREADABLE')
    expect(await rowsOf(`${JSON.stringify(record)}\n${two}\n`)).to.equal('1 2!')
  })

  const names: [title: string, text: string, twice: boolean][] = [
    ['in objects side by side', '[{"a":1},{"a":2}]', false],
    ['in an object and one within', '{"a":{"a":[{"a":1}]},"b":"a"}', false],
    ['as name and as value', '{"a":"a","b":["a","a"]}', false],
    ['after a value with quotes', '{"a":"\\\\\\"\\\\","b":"{\\"a\\":1}"}', false],
    ['after an object within', '{"a":{"b":1},"a":1}', true],
    ['in other letters', '{"ab":1,"\\u0061b" : 2}', true],
    ['with blanks', '{"a" :1,\n"a"\t:2}', true],
  ]
  for (const [title, text, twice] of names) {
    it(`${twice ? 'sees' : 'does not mistake'} the same name ${title}`, () =>
      expect(findDuplicateKey(text) !== null).to.equal(twice))
  }

  it('refuses a JSON document beyond its limit, but not JSON lines of the same size', async () => {
    const padded = JSON.stringify({ ...record, SERILLREA_CN: 'x'.repeat(500_000) })
    const many = Array.from({ length: 35 }, () => padded)
    expect(await refusalOf(read(`[${many.join()}]`))).to.equal('CONTENT_TOO_LARGE')
    expect(await read(many.join('\n'))).to.have.length(35)
  })

  for (const [title, value] of [
    ['side by side', { a: [record], b: [record] }],
    ['in envelopes of a list', [{ list: [record] }, { list: [record] }]],
    ['one within the other’s envelope', { a: { b: [record] }, list: [record] }],
  ] as const) {
    it(`refuses two lists ${title}`, async () =>
      expect(await refusalOf(read(JSON.stringify(value)))).to.equal('CONTENT_UNKNOWN'))
  }

  it('replaces characters that the database rejects with U+FFFD, and reports the damage', async () => {
    const [item] = await read(JSON.stringify([{ ...record, ENTNAME: 'a\0b', SERILLREA_CN: '\ud800' }]))
    expect(item?.fields).to.include({ ENTNAME: 'a\uFFFDb', SERILLREA_CN: '\uFFFD' })
    expect(item && problemsIn(item).map(({ rule }) => rule)).to.include('encoding')
  })
})

describe('reader xml', () => {
  const mark = '<trademark><regNo>1</regNo><intCls>3</intCls><tmName>样</tmName><applicant>例</applicant></trademark>'
  const readMarks = (text: string) => itemsOf('trademarks', fileOf(text))

  it('reads one element as a list of one, and repeated elements within it as lists', async () => {
    const [item] = await readMarks(
      `<t>${mark.replace('</trademark>', '<goods><item>a</item><item>b</item></goods></trademark>')}</t>`,
    )
    expect(item?.fields).to.deep.include({ regNo: '1', goods: { item: ['a', 'b'] } })
  })

  it('reads GB18030', async () => {
    const items = await itemsOf(
      'trademarks',
      fileOf(iconv.encode(`<?xml version="1.0" encoding="GB18030"?><t>${mark}</t>`, 'gb18030')),
    )
    expect(items[0]?.fields).to.include({ tmName: '样' })
  })

  for (const [title, text] of [
    ['a document type', `<!DOCTYPE t [<!ENTITY a "aaaa">]><t>${mark}</t>`],
    ['an unknown entity', `<t>${mark}&a;</t>`],
    ['a cut document', `<t>${mark}`],
    ['attributes without end', `<t ${Array.from({ length: 300 }, (_, at) => `a${at}=""`).join(' ')}>${mark}</t>`],
    ['elements without end', `<t>${mark}${'<a/>'.repeat(1_000_001)}</t>`],
    ['nesting without end', `${'<t>'.repeat(100)}${mark}${'</t>'.repeat(100)}`],
  ] as const) {
    it(`refuses ${title}`, async () => expect(await refusalOf(readMarks(text))).to.equal('CONTENT_UNREADABLE'))
  }
})

const TURNS_MIN = 20

describe('a large XML', () => {
  it('yields to the event loop, and is refused beyond the limit', async () => {
    const mark = `<trademark><regNo>1</regNo><intCls>3</intCls><tmName>${'x'.repeat(900)}</tmName></trademark>`
    let turns = 0
    const beat = setInterval(() => {
      turns += 1
    }, 1)
    const items = await itemsOf('trademarks', fileOf(`<t>${mark.repeat(10_000)}</t>`))
    clearInterval(beat)
    expect(items).to.have.length(10_000)
    // Reading the document without yielding lets a timer run hardly ever.
    expect(turns).to.be.at.least(TURNS_MIN)
    expect(await refusalOf(itemsOf('trademarks', fileOf(`<t>${mark.repeat(36_000)}</t>`)))).to.equal(
      'CONTENT_TOO_LARGE',
    )
  })
})

describe('two lists in XML', () => {
  it('are refused', async () => {
    const mark = '<trademark><regNo>1</regNo><intCls>3</intCls><tmName>样</tmName></trademark>'
    const text = `<t><x>${mark}${mark}</x><y>${mark}</y></t>`
    expect(await refusalOf(itemsOf('trademarks', fileOf(text)))).to.equal('CONTENT_UNKNOWN')
  })
})

describe('choosing a reader', () => {
  it('refuses an unknown reader by name', async () => {
    expect(await refusalOf(read(lines(HEADER, ROW), 'parquet'))).to.equal('READER_UNKNOWN')
    expect(await refusalOf(read(lines(HEADER, ROW), 'toString'))).to.equal('READER_UNKNOWN')
  })

  it('uses a named reader', async () => {
    expect(await read(lines(HEADER, ROW), 'csv')).to.have.length(1)
    expect(await refusalOf(read(lines(HEADER, ROW), 'json'))).to.equal('CONTENT_UNREADABLE')
    expect(await refusalOf(read(lines(HEADER, ROW), 'xlsx'))).to.equal('CONTENT_UNREADABLE')
  })

  it('refuses empty, blank and unknown content', async () => {
    for (const text of ['', ' \n\n', '\uFEFF', '[]', '{}', '[1,2]', '<a/>', 'a,b,c\n1,2,3\n', 'x']) {
      expect(await refusalOf(read(text)), JSON.stringify(text)).to.equal('CONTENT_UNKNOWN')
    }
  })

  it('refuses a path that is missing, a folder or a special file', async () => {
    for (const path of ['test/samples/none.csv', 'test/samples', 'test/samples/registry.csv/x', '/dev/zero', '\0']) {
      expect(await refusalOf(itemsOf('dishonest', path)), path).to.equal('FILE_UNREADABLE')
    }
  })

  it('ignores the file name', async () => {
    expect(
      await itemsOf('registry', fileOf('企业名称,统一社会信用代码,注册日期\n样例,91220102MA0Y3X1HXM,2018-06-08\n')),
    ).to.have.length(1)
  })
})
