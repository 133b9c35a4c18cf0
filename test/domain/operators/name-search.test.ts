import { expect } from 'chai'
import fc from 'fast-check'
import {
  editDistance,
  gramQuestionFor,
  gramsOf,
  isNearMatch,
  type MatchReason,
  NARROW_REACH,
  type NameCandidate,
  rankMatches,
  searchKey,
} from '../../../src/domain/operators/name-search.js'
import { toSimplified } from '../../../src/foundation/text/script.js'

const FIRM = '长春市青禾商贸有限公司'
const named = (name: string, former = false): NameCandidate => ({ operator: 1, former, key: searchKey(name) })
const reasonOf = (asked: string, name: string, former = false): MatchReason | null =>
  rankMatches(searchKey(asked), [named(name, former)])[0]?.reason ?? null

describe('search of firms by name', () => {
  const cases: [asked: string, name: string, reason: MatchReason | null][] = [
    [FIRM, FIRM, 'EXACT'],
    ['長春市青禾商貿有限公司', FIRM, 'EXACT'],
    ['青禾（长春市）商贸有限公司', FIRM, 'EXACT'],
    ['长春市青禾商贸有限公司 ', FIRM, 'EXACT'],
    ['吉林省长春市青禾商贸有限公司', FIRM, 'VARIANT'],
    ['青禾(长春)商贸有限公司', FIRM, 'VARIANT'],
    ['青禾商贸有限公司', FIRM, 'VARIANT'],
    ['青禾商贸', FIRM, 'SHORT'],
    ['长春青禾商贸', FIRM, 'SHORT'],
    ['青禾', FIRM, 'SHORT'],
    ['长春市青禾商贸有限公司朝阳分公司', FIRM, 'BRANCH'],
    [FIRM, '长春市青禾商贸有限公司朝阳分公司', 'BRANCH'],
    ['禾商贸', FIRM, 'PART'],
    ['长春市青和商贸有限公司', FIRM, 'TYPING'],
    ['长春市禾青商贸有限公司', FIRM, 'TYPING'],
    ['长春市青禾贸有限公司', FIRM, 'TYPING'],
    ['长舂市青和商贸有限公司', FIRM, 'TYPING'],
    ['长春市青禾网络商贸服务有限公司', FIRM, 'SIMILAR'],
    ['长春市白露网络科技有限公司', FIRM, null],
    ['长春市白露商贸有限公司', FIRM, 'TYPING'],
    ['长春市白露霜商贸有限公司', FIRM, null],
    ['四平市青禾商贸有限公司', FIRM, 'SIMILAR'],
    ['吉林市青禾', FIRM, 'SIMILAR'],
    ['沈阳市青禾商贸有限公司', FIRM, 'SIMILAR'],
    ['沈阳青禾商贸有限公司', '长春青禾商贸有限公司', 'SIMILAR'],
    ['长舂青禾商贸有限公司', '长春青禾商贸有限公司', 'TYPING'],
    ['绯鹿镜美妆电子商务', '长春绯麓镜美妆电子商务有限公司', 'TYPING'],
    ['璞岭叁人参制品', '通化璞岭人参制品有限公司', 'TYPING'],
    ['白露镜美妆电子商务', '长春绯麓镜美妆电子商务有限公司', 'TYPING'],
    ['长春绯簏镜美妆', '长春绯麓镜美妆电子商务有限公司', 'TYPING'],
    ['绯簏镜美妆', '长春绯麓镜美妆电子商务有限公司', 'TYPING'],
    ['绯麓美妆店', '长春绯麓镜美妆电子商务有限公司', null],
    ['栩溶野泡菜', '延吉市栩榕野泡菜食品有限公司', 'TYPING'],
    ['欧池新过滤', '新乡市欧德新过滤有限公司', 'TYPING'],
    ['择芬村木器', '汪清县罗子沟镇绥芬村木器加工厂', 'TYPING'],
    ['白露', '长春绯麓镜美妆电子商务有限公司', null],
    ['虚构庚', '长春虚构己有限公司', null],
  ]
  for (const [asked, name, reason] of cases) {
    it(`${asked} finds ${name} as ${reason ?? 'nothing'}`, () => {
      expect(reasonOf(asked, name)).to.equal(reason)
    })
  }

  it('a former name is found with its reason, after a present name', () => {
    const key = searchKey(FIRM)
    const found = rankMatches(key, [
      { operator: 2, former: true, key },
      { operator: 3, former: false, key },
      { operator: 2, former: false, key: searchKey('长春市青和商贸有限公司') },
    ])
    expect(found.map(({ operator, reason }) => [operator, reason])).to.deep.equal([
      [3, 'EXACT'],
      [2, 'FORMER'],
    ])
  })

  it('the query uses the rarest n-grams that occur in names, within the candidate budget', () => {
    const key = searchKey('长春市青禾商贸有限公司')
    const rare = new Map(gramsOf(searchKey('青禾')).map((gram) => [gram, 3]))
    const grams = { get: (gram: number) => rare.get(gram) ?? NARROW_REACH.candidates * 10 }
    expect(gramQuestionFor(key, { grams, counted: 100, since: 0 }, NARROW_REACH)).to.deep.equal({
      grams: gramsOf('青禾').slice(1, 2),
      all: false,
    })
  })

  const countsOf = (rare: readonly string[]) => {
    const pairs = new Set(rare.flatMap((two) => gramsOf(two).slice(1, 2)))
    const get = (gram: number) => (pairs.has(gram) ? 3 : NARROW_REACH.candidates * 10)
    return { grams: { get }, counted: 100, since: 0 }
  }

  it('the query also tries swapped neighbours, but never these alone', () => {
    const key = searchKey('长春市禾青商贸有限公司')
    const pairOf = (two: string): number | undefined => gramsOf(two)[1]
    const both = gramQuestionFor(key, countsOf(['青商', '青禾']), NARROW_REACH)
    expect(both).to.deep.equal({ grams: [pairOf('青商'), pairOf('青禾')], all: false })
    expect(gramQuestionFor(key, countsOf(['青禾']), NARROW_REACH)).to.include({ all: true })
  })

  it('ranks names with equally many errors by the characters that they share with the query', () => {
    const names = ['吉林省远槿装饰工程有限公司', '吉林省远晨夏装饰工程有限公司', '吉林省夏远装饰工程有限公司']
    const candidates = names.map((name, at) => ({ operator: at + 1, former: false, key: searchKey(name) }))
    const found = rankMatches(searchKey('吉林省远夏装饰工程有限公司'), candidates)
    expect(found.map(({ operator, reason }) => [operator, reason])).to.deep.equal([
      [3, 'TYPING'],
      [2, 'TYPING'],
      [1, 'TYPING'],
    ])
    const [far] = rankMatches(searchKey('吉林省远槿夏装饰工程有限公司'), [
      { operator: 9, former: false, key: searchKey('吉林省远晨夏装饰程工有限公司') },
    ])
    expect([far?.reason, (far?.rank ?? 0) > (found[2]?.rank ?? 0)]).to.deep.equal(['TYPING', true])
  })

  it('a second search is made unless a name is within two errors and none within one can be left', () => {
    const isNear = (asked: string, name: string, grams: (key: string) => number[] = gramsOf) => {
      const key = searchKey(asked)
      return isNearMatch(rankMatches(key, [named(name)])[0], key, { grams: grams(key), all: false })
    }
    expect(isNear('长春市清和商贸有限公司', FIRM)).to.equal(true)
    expect(isNear('长春绯簏镜美妆', '长春绯麓镜美妆电子商务有限公司')).to.equal(false)
    expect(isNear('四平市青禾商贸有限公司', FIRM)).to.equal(false)
    // Both grams of the wrong character are another firm's; none is of 鑫源商贸, one error away.
    const wrongAlone = (key: string) => gramsOf(key).filter((gram) => !gramsOf('长春市鑫源商贸有限公司').includes(gram))
    expect(wrongAlone('长春市鑫沅商贸有限公司')).to.have.length(2)
    expect(isNear('长春市鑫沅商贸有限公司', '长春市鑫沅科技有限公司', wrongAlone)).to.equal(false)
    expect(isNear('长春市鑫沅商贸有限公司', '长春市鑫源商贸有限公司', wrongAlone)).to.equal(true)
  })

  it('the query combines common n-grams, and is null where no name contains any of them', () => {
    const key = searchKey('商贸有限公司')
    const all = gramQuestionFor(
      key,
      { grams: { get: () => NARROW_REACH.candidates + 1 }, counted: 10_000, since: 0 },
      NARROW_REACH,
    )
    expect(all).to.include({ all: true })
    expect(all?.grams).to.have.length(3)
    expect(gramQuestionFor(key, { grams: { get: () => 0 }, counted: 0, since: 0 }, NARROW_REACH)).to.equal(null)
    expect(gramQuestionFor(key, { grams: { get: () => 0 }, counted: 0, since: 5 }, NARROW_REACH)?.grams).to.have.length(
      7,
    )
    expect(
      gramQuestionFor(key, { grams: { get: () => 0 }, counted: 9, since: NARROW_REACH.candidates + 1 }, NARROW_REACH),
    ).to.equal(null)
  })

  it('n-grams are ascending distinct 32-bit integers for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const grams = gramsOf(text)
        expect(grams.every((gram, at) => gram === (gram | 0) && (at === 0 || gram > (grams[at - 1] ?? 0)))).to.equal(
          true,
        )
      }),
    )
  })

  it('a search key contains only letters and numerals, and its own search key is the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const key = searchKey(text)
        expect(key).to.match(/^[\p{L}\p{N}]*$/u)
        expect(searchKey(key)).to.equal(key)
      }),
      { examples: [['ﾱ𞻰ㅏ'], ['薴']] },
    )
  })

  const text = fc.string({ unit: fc.constantFrom('甲', '乙', '丙'), maxLength: 7 })
  it('the edit distance is symmetric, zero only for equal texts, and at most one above its bound', () => {
    fc.assert(
      fc.property(text, text, fc.integer({ min: 0, max: 3 }), (one, other, most) => {
        const edits = editDistance(one, other, most)
        expect(edits).to.equal(editDistance(other, one, most))
        expect(edits === 0).to.equal(one === other)
        expect(edits).to.be.at.most(most + 1)
        expect(Math.min(editDistance(one, other, 9), most + 1)).to.equal(edits)
      }),
    )
  })

  const textbookDistance = (one: string, other: string): number => {
    const cells = Array.from({ length: one.length + 1 }, (_, i) =>
      Array.from({ length: other.length + 1 }, (_, j) => Math.max(i, j)),
    )
    const at = (i: number, j: number): number => cells[i]?.[j] ?? Number.POSITIVE_INFINITY
    for (let i = 1; i <= one.length; i += 1)
      for (let j = 1; j <= other.length; j += 1) {
        const wrong = one[i - 1] === other[j - 1] ? 0 : 1
        const isSwap = one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
        const swapped = isSwap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY
        const least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + wrong, swapped)
        cells[i]?.splice(j, 1, least)
      }
    return at(one.length, other.length)
  }
  it('the edit distance is that of the textbook (optimal string alignment), also where texts begin and end alike', () => {
    fc.assert(
      fc.property(text, text, text, text, fc.integer({ min: 0, max: 3 }), (begin, one, other, end, most) => {
        const expected = Math.min(textbookDistance(begin + one + end, begin + other + end), most + 1)
        expect(editDistance(begin + one + end, begin + other + end, most)).to.equal(expected)
      }),
      { numRuns: 1_000 },
    )
  })

  it('a name with any one or two typing errors is found', () => {
    const brand = fc.array(fc.constantFrom(...'青禾露松云黑石远兰'), { minLength: 3, maxLength: 4 })
    const edit = fc.tuple(
      fc.constantFrom('REPLACE', 'INSERT', 'DELETE', 'SWAP'),
      fc.nat(),
      fc.constantFrom(...'甲乙丙'),
    )
    fc.assert(
      fc.property(brand, fc.array(edit, { minLength: 1, maxLength: 2 }), (signs, edits) => {
        const name = searchKey(`长春市${signs.join('')}商贸有限公司`)
        let asked = name
        for (const [how, where, sign] of edits) {
          const at = where % (asked.length - 1)
          const [before, here, next, after] = [asked.slice(0, at), asked[at], asked[at + 1], asked.slice(at + 2)]
          if (how === 'REPLACE') asked = `${before}${sign}${next}${after}`
          else if (how === 'INSERT') asked = `${before}${sign}${here}${next}${after}`
          else if (how === 'DELETE') asked = `${before}${next}${after}`
          else asked = `${before}${next}${here}${after}`
        }
        // Overlapping errors may have an edit distance of three. Such cases are skipped.
        fc.pre(editDistance(name, asked, 2) <= 2)
        expect(rankMatches(asked, [{ operator: 1, former: false, key: name }])).to.have.length(1)
      }),
    )
  })

  it('traditional characters are compared as simplified ones, and others stay unchanged', () => {
    expect(toSimplified('臺灣龍蝦（電子商務）ABC')).to.equal('台湾龙虾（电子商务）ABC')
    expect(toSimplified('长春虚构')).to.equal('长春虚构')
  })
})
