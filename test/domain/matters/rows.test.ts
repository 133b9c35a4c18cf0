import { expect } from 'chai'
import { findRowFault } from '../../../src/domain/matters/fields.js'
import { listAllowedMoves } from '../../../src/domain/matters/moves.js'
import { BUREAU, docketOf, follow, kindOf } from './world.js'

const HOLDER = '虚构快递'
const SHOPS = ['虚构甲店', 'https://mall.test/shop?b=1', '虚构丙店']
const DIRECTIVE = kindOf('directive')
const ANSWERING = DIRECTIVE.moves['answer_rows']
const directive = (shops: readonly string[] = SHOPS) => {
  const fields = { sort: 'REMINDER', request: '请下架', ...(shops.length > 0 && { shops: shops.join('\n') }) }
  const docket = docketOf('directive', { sender: BUREAU, holder: HOLDER }, { fields })
  follow(docket, [['open', '2026-11-02', { attachments: ['LETTER'] }]])
  docket.receive('2026-11-02')
  return docket
}
const answer = (...lines: string[]) => ({ seat: HOLDER, fields: { answers: lines.join('\n') } })

describe('a matter answered row by row', () => {
  it('ends with the answer to its last row; until then its state stays and its clock runs', () => {
    const docket = directive()
    const running = () => docket.matter.clocks.filter(({ ended }) => ended === null).length
    follow(docket, [['answer_rows', '2026-11-03', answer('虚构丙店，未采取措施，没有找到')]])
    expect([docket.matter.state, docket.matter.outcome, running()]).to.deep.equal(['SENT', null, 1])
    follow(docket, [
      ['accept', '2026-11-04', { seat: HOLDER }],
      [
        'answer_rows',
        '2026-11-05',
        answer('虚构甲店\tActed\t已下架', 'https://mall.test/shop?b=1,ACTED,已下架, 已冻结'),
      ],
    ])
    expect([docket.matter.state, docket.matter.outcome, running()]).to.deep.equal(['ANSWERED', 'ANSWERED', 0])
    expect(docket.matter.fields['answers']).to.equal(
      '虚构丙店,NOT_ACTED,没有找到\n虚构甲店,ACTED,已下架\nhttps://mall.test/shop?b=1,ACTED,已下架，已冻结',
    )
  })

  it('is ended by its holder in no other way, by its sender in any', () => {
    const docket = directive()
    const offered = (place: 'holder' | 'sender') =>
      listAllowedMoves(DIRECTIVE, docket.matter, { places: [place] }).map(([name]) => name)
    expect(docket.move('act', '2026-11-03', { seat: HOLDER, reason: '已处理' })).to.equal('ROWS_UNANSWERED')
    expect(offered('holder')).to.include('answer_rows').and.not.include('act')
    expect(offered('sender')).to.include('withdraw')
    follow(docket, [['withdraw', '2026-11-03', { reason: '发错' }]])
  })

  it('without rows is answered as a whole', () => {
    const docket = directive([])
    expect(docket.move('answer_rows', '2026-11-03', answer('虚构甲店,ACTED,已下架'))).to.equal('NO_ROWS')
    follow(docket, [['act', '2026-11-03', { seat: HOLDER, reason: '已处理' }]])
  })

  const known = { shops: SHOPS.join('\n'), answers: '虚构丙店,NOT_ACTED,没有找到' }
  const FAULTS: [title: string, lines: readonly string[], said: RegExp | null][] = [
    ['an answer', ['虚构甲店,ACTED,已下架'], null],
    ['blank lines', ['', ' 虚构甲店 , ACTED , 已下架 ', ''], null],
    ['an unknown row', ['虚构甲店,ACTED,好', '虚构丁店,ACTED,已下架'], /^line 2 names no row/],
    ['a row that was answered before', ['虚构丙店,ACTED,已下架'], /^line 1 names no row/],
    ['a row twice', ['虚构甲店,ACTED,已下架', '虚构甲店,NOT_ACTED,没有'], /^line 2 repeats/],
    ['another outcome', ['虚构甲店,DONE,已下架'], /other than Acted, Not acted/],
    ['an inherited name as outcome', ['虚构甲店,constructor,已下架'], /other than/],
    ['no outcome', ['虚构甲店'], /other than/],
    ['no reason', ['虚构甲店,ACTED, '], /no reason/],
  ]
  for (const [title, lines, said] of FAULTS)
    it(`${said === null ? 'takes' : 'refuses'} ${title}`, () => {
      const fault = findRowFault(DIRECTIVE, { answers: lines.join('\n') }, { known, move: ANSWERING })
      if (said === null) expect(fault).to.equal(null)
      else expect([fault?.pointer, said.test(fault?.en ?? '')]).to.deep.equal(['/fields/answers', true])
    })

  it('refuses rows that repeat, hold a separator or are too many, and what stands in the wrong move', () => {
    const rows = (...lines: string[]) => findRowFault(DIRECTIVE, { shops: lines.join('\n') }, { known: null })?.en
    const many = Array.from({ length: 1_001 }, (_, n) => `虚构第${n}店`)
    expect(rows(...many.slice(1))).to.equal(undefined)
    expect(rows(...many)).to.match(/^line 1001 /)
    expect(rows('虚构甲店', '虚构乙店', '虚构甲店')).to.match(/^line 3 repeats/)
    for (const line of ['甲,乙', '甲，乙', '甲\t乙']) expect(rows(line)).to.match(/^line 1 holds/)
    const fault = (given: Record<string, string>, made: Parameters<typeof findRowFault>[2]) =>
      findRowFault(DIRECTIVE, given, made)?.pointer
    expect(fault({ answers: '虚构甲店,ACTED,好' }, { known: null })).to.equal('/fields/answers')
    expect(fault({ answers: '虚构甲店,ACTED,好' }, { known, move: DIRECTIVE.moves['accept'] })).to.equal(
      '/fields/answers',
    )
    expect(fault({ shops: '虚构丁店' }, { known, move: ANSWERING })).to.equal('/fields/shops')
    expect(findRowFault(kindOf('assist'), { request: '甲,乙' }, { known: null })).to.equal(null)
  })
})
