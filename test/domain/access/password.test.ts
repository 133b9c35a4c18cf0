import { expect } from 'chai'
import fc from 'fast-check'
import { findPasswordFault, normalPassword, type PasswordFault } from '../../../src/domain/access/password.js'
import { schemaText } from '../../../src/foundation/contracts.js'

const common = new Set(schemaText('passwords/common.txt').split('\n').filter(Boolean))
const fault = (password: string, name = '王编造') => findPasswordFault(password, { name, common })

describe('rules of a chosen password', () => {
  it('refuse the previous password in any spelling', () => {
    const before = '松花江上的第七盏灯笼是蓝色的Ａ'
    expect(findPasswordFault(before.normalize('NFKC'), { name: '王编造', common, before })).to.equal('SAME')
    expect(findPasswordFault(`${before}b`, { name: '王编造', common, before })).to.equal(null)
  })

  const refused: [string, PasswordFault][] = [
    ['', 'SHORT'],
    ['Ab3$xyzwvut', 'SHORT'],
    ['x9'.repeat(65), 'LONG'],
    ['fjord kelp\u0007 lamp', 'CHARACTERS'],
    ['aaaaaaaaaaaa', 'PATTERN'],
    ['abababababab', 'PATTERN'],
    ['123456789012', 'PATTERN'],
    ['abcdefghijklm', 'PATTERN'],
    ['我是王编造哦今天密码很长啊', 'NAMED'],
    ['password2026', 'COMMON'],
    ['P@ssw0rd2026!', 'COMMON'],
    ['Ｐａｓｓｗｏｒｄ２０２６', 'COMMON'],
    ['!!qwertyuiop!!', 'COMMON'],
    ['sunshinemonkey', 'COMMON'],
    ['Dragon99Master', 'COMMON'],
    ['+-*/+-*/=#%&', 'COMMON'],
  ]
  for (const [password, wanted] of refused)
    it(`refuse ${JSON.stringify(password.slice(0, 20))} (${wanted})`, () => {
      expect(fault(password)).to.equal(wanted)
    })

  it('accept long passwords that are in no list', () => {
    for (const password of [
      'fjord kelp umbra lantern',
      'xK7#pq2vNw9z',
      '松花江上的第七盏灯笼是蓝色的',
      'orbit-quill-73-mosaic',
    ])
      expect(fault(password), password).to.equal(null)
  })

  it('refuse a common password in any case and with any digits appended', () => {
    const words = [...common]
    fc.assert(
      fc.property(fc.nat(words.length - 1), fc.boolean(), fc.nat(9_999), (i, upper, digits) => {
        const word = words[i] ?? ''
        expect(fault(`${upper ? word.toUpperCase() : word}${digits}`)).to.not.equal(null)
      }),
      { numRuns: 500 },
    )
  })

  it('normalise each spelling of the characters to the same password', () => {
    expect(normalPassword('ｆｊｏｒｄ①')).to.equal('fjord1')
  })
})
