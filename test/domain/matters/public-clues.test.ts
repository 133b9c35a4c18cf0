import { expect } from 'chai'
import type { Matter, MatterClock } from '../../../src/domain/matters/matter.js'
import { makeNewMatter } from '../../../src/domain/matters/matter.js'
import { checkClueChannel, likenessesOf, stateOfClue } from '../../../src/domain/matters/public-clues.js'
import { readClueChannel } from '../../../src/work/matters/clues.js'
import { readMatterKinds } from '../../../src/work/matters/kinds.js'

const SEATS = { sender: 'public', holder: 'market-regulator@220000', copied: [], named: null }
const clock = (ended: boolean) =>
  ({ clock: 'CHECK', ended: ended ? { on: '2026-03-02', at: new Date(), how: 'MET' } : null }) as unknown as MatterClock
const matter = (more: Partial<Matter>): Matter => ({ ...makeNewMatter(SEATS, {}), clocks: [clock(false)], ...more })

describe('clues of the public', () => {
  it('are received, then handed on with a number, then ended, each with its day, whether a case was filed or not', () => {
    const handedOn = { on: '2026-03-01', number: '1' }
    const stateOf = (more: Partial<Matter>, handed: typeof handedOn | null) =>
      Object.values(stateOfClue(matter(more), '2026-02-27', handed))
    expect(stateOf({ state: 'SENT' }, null)).to.deep.equal(['RECEIVED', '2026-02-27', null])
    expect(stateOf({ state: 'CHECKING' }, handedOn)).to.deep.equal(['HANDED_ON', '2026-03-01', '1'])
    for (const ended of [{ state: 'FILED' }, { outcome: 'NOT_FILED' }])
      expect(stateOf({ ...ended, clocks: [clock(true)] }, handedOn)).to.deep.equal(['ENDED', '2026-03-02', '1'])
    expect(stateOf({ clocks: [clock(true), clock(false)] }, null)[0]).to.equal('RECEIVED')
  })

  it('are alike by shop or by text, whatever the scheme, width, case and punctuation', () => {
    const one = likenessesOf({ shop: 'HTTPS://www.Shop.example/item?id=7', facts: '假鞋，二十元！' })
    const other = likenessesOf({ shop: 'shop.example/item?id=7', facts: '假鞋 二十元' })
    expect(one).to.deep.equal(other).and.have.length(2)
    expect(likenessesOf({ shop: 'shop.example/item?id=8' })[0]).not.to.equal(one[0])
    expect(likenessesOf({ shop: '店', facts: '。。。。' })).to.deep.equal([])
  })

  it('a channel file that does not fit its kind is refused at start', () => {
    const channel = readClueChannel()
    const kind = readMatterKinds().get(channel.kind)
    expect(checkClueChannel(channel, kind)).to.deep.equal([])
    const faults = [
      checkClueChannel(channel, undefined),
      checkClueChannel({ ...channel, number_move: 'accept' }, kind),
      checkClueChannel({ ...channel, attachment: 'PHOTO' }, kind),
      checkClueChannel({ ...channel, fields: { source: 'NOBODY' } }, kind),
      checkClueChannel(channel, readMatterKinds().get('assist')),
    ]
    for (const found of faults) expect(found).not.to.deep.equal([])
  })
})
