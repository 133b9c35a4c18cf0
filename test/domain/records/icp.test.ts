import { expect } from 'chai'
import fc from 'fast-check'
import { parseHostName, parseHostNames } from '../../../src/domain/records/hosts.js'
import { parseIcpNumber } from '../../../src/domain/records/icp.js'

const PROVINCES = [...'京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼']

describe('ICP filing numbers', () => {
  const read: [unknown, string, string, number | null][] = [
    ['吉ICP备12345678号-1', '吉ICP备12345678号-1', '吉ICP备12345678号', 1],
    ['吉ICP备12345678号', '吉ICP备12345678号', '吉ICP备12345678号', null],
    ['吉icp备12345678号－２', '吉ICP备12345678号-2', '吉ICP备12345678号', 2],
    [' 吉 ＩＣＰ备 １２３４５６７８ 号—3 ', '吉ICP备12345678号-3', '吉ICP备12345678号', 3],
    ['吉ICP备12345678-1', '吉ICP备12345678号-1', '吉ICP备12345678号', 1],
    ['吉ICP备050123号-01', '吉ICP备050123号-1', '吉ICP备050123号', 1],
    ['京ICP证030173号', '京ICP证030173号', '京ICP证030173号', null],
    ['吉ICP备12345678号-12a', '吉ICP备12345678号-12A', '吉ICP备12345678号', 12],
  ]
  for (const [sent, number, main, site] of read)
    it(`${JSON.stringify(sent)} is ${number}`, () => expect(parseIcpNumber(sent)).to.deep.equal({ number, main, site }))

  const none: unknown[] = [
    ...[
      '',
      '无',
      '吉ICP备12345号-1',
      '吉ICP备123456789号',
      'ICP备12345678号',
      '港ICP备12345678号',
      '吉公网安备22010202000001号',
    ],
    ...[
      '吉ICP备12345678号-0',
      '吉ICP备12345678号-',
      '吉ICP备12345678号-12345',
      '备案号：吉ICP备12345678号',
      '吉ICP备1234567O号',
    ],
    ...[12345678, null, undefined, true, {}, [], '1'.repeat(100_000)],
  ]
  for (const [at, sent] of none.entries())
    it(`case ${at + 1}: ${String(JSON.stringify(sent)).slice(0, 40)} is not a filing number`, () =>
      expect(parseIcpNumber(sent)).to.equal(null))

  it('every number is read back in half and full width, with its holder', () => {
    const filing = fc.record({
      province: fc.constantFrom(...PROVINCES),
      act: fc.constantFrom('备', '证'),
      digits: fc.stringMatching(/^\d{6,8}$/),
      site: fc.integer({ min: 1, max: 9999 }),
      suffix: fc.constantFrom('', 'A', 'X'),
    })
    fc.assert(
      fc.property(filing, ({ province, act, digits, site, suffix }) => {
        const main = `${province}ICP${act}${digits}号`
        const number = `${main}-${site}${suffix}`
        expect(parseIcpNumber(number)).to.deep.equal({ number, main, site })
        expect(parseIcpNumber(number.replace(/[!-~]/g, wide).toLowerCase())).to.deep.equal({ number, main, site })
        expect(parseIcpNumber(main)).to.deep.equal({ number: main, main, site: null })
      }),
    )
  })

  it('parseIcpNumber never throws, and leaves its own result unchanged', () => {
    const sent = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'吉ICP备证号-0123A') }),
    )
    fc.assert(
      fc.property(sent, (value) => {
        const told = parseIcpNumber(value)
        expect(parseIcpNumber(told?.number)).to.deep.equal(told)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('host names', () => {
  const read: [unknown, string][] = [
    ['WWW.Example.COM', 'www.example.com'],
    ['例子.中国', '例子.中国'],
    ['ｗｗｗ．ｅｘａｍｐｌｅ．ｃｏｍ', 'www.example.com'],
    ['例子。中国', '例子.中国'],
    ['www.example.com.', 'www.example.com'],
    ['xn--fiqs8s.example', 'xn--fiqs8s.example'],
    [' a-b.example ', 'a-b.example'],
  ]
  for (const [sent, name] of read)
    it(`${JSON.stringify(sent)} is the host ${name}`, () => expect(parseHostName(sent)).to.equal(name))

  const none: unknown[] = [
    ...[
      '',
      'localhost',
      'http://www.example.com',
      'www.example.com/a',
      'a@b.example',
      '10.0.0.1',
      '-a.example',
      'a-.example',
    ],
    ...['a..example', '.example', 'a_b.example', `${'a'.repeat(64)}.example`, `${'a.'.repeat(200)}example`],
    ...['a.example:80', '*.example', 1, null, true, {}, ['a.example'], 'a.'.repeat(100_000)],
  ]
  for (const [at, sent] of none.entries())
    it(`case ${at + 1}: ${String(JSON.stringify(sent)).slice(0, 40)} is not a host name`, () =>
      expect(parseHostName(sent)).to.equal(null))

  it('several hosts are listed once each and sorted, with any separator, and wrong ones are reported', () => {
    expect(parseHostNames('b.example；a.example, B.EXAMPLE\na.example')).to.deep.equal({
      names: ['a.example', 'b.example'],
      wrong: [],
    })
    expect(parseHostNames(['a.example', 'x', 7, null])).to.deep.equal({
      names: ['a.example'],
      wrong: ['x', 'number', 'object'],
    })
    for (const nothing of [null, undefined, '', ' ', [], {}, ['', ' ']])
      expect(parseHostNames(nothing)).to.deep.equal({ names: [], wrong: [] })
  })

  it('parsers never throw, and leave their own results unchanged', () => {
    const sent = fc.oneof(
      fc.anything(),
      fc.domain(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'aB.-中。 İſ') }),
    )
    fc.assert(
      fc.property(sent, (value) => {
        const name = parseHostName(value)
        expect(parseHostName(name)).to.equal(name)
        const { names } = parseHostNames(value)
        expect(parseHostNames(names).names).to.deep.equal(names)
      }),
      { numRuns: 1000 },
    )
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        expect(parseHostName(domain.toUpperCase())).to.equal(domain.toLowerCase())
      }),
    )
  })
})

const wide = (sign: string): string => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)
