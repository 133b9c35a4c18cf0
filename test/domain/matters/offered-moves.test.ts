import { expect } from 'chai'
import { listAllowedMoves } from '../../../src/domain/matters/moves.js'
import { BUREAU, type Docket, docketOf, follow, kindOf } from './world.js'

const [COUNTY, PLACE] = ['market-regulator@220183', 'market-regulator@220200']

describe('moves of matters that are offered', () => {
  const offered = ({ matter }: Docket) =>
    listAllowedMoves(kindOf('clue'), matter, { places: ['holder'] }).map(([name]) => name)
  const clue = (source: string) => {
    const docket = docketOf('clue', { sender: BUREAU, holder: COUNTY })
    follow(docket, [['open', '2026-09-14', { fields: { source, facts: '虚构：疑似假冒' } }]])
    docket.receive('2026-09-14')
    follow(docket, [['accept', '2026-09-15', { seat: COUNTY }]])
    return docket
  }

  it('leave out those that the field of the matter rules out, whatever is sent with them', () => {
    const ofPublic = clue('PUBLIC')
    expect(offered(ofPublic)).to.include('record_channel_number').and.not.include('request_supplement')
    const sent = { seat: COUNTY, reason: '虚构：材料不全', fields: { source: 'PATROL' } }
    expect(ofPublic.move('request_supplement', '2026-09-16', sent)).to.equal('FIELD_DIFFERS')
    expect(offered(clue('PATROL')))
      .to.include('request_supplement')
      .and.not.include('record_channel_number')
  })

  it('leave out what may be done once and was done, and a second forwarding', () => {
    const docket = clue('PUBLIC')
    follow(docket, [['record_channel_number', '2026-09-16', { seat: COUNTY, number: '虚12315-1' }]])
    expect(offered(docket)).to.include('forward').and.not.include('record_channel_number')
    follow(docket, [['forward', '2026-09-16', { seat: COUNTY, to: PLACE, reason: '虚构：属地办理' }]])
    expect(offered(docket)).to.include('record_channel_number').and.not.include('forward')
  })

  it('keep a move whose field comes with it', () => {
    const docket = docketOf('petition', { sender: 'channel', holder: BUREAU })
    expect(
      listAllowedMoves(kindOf('petition'), { ...docket.matter, state: 'CONCLUDED' }, { places: ['sender'] }).map(
        ([name]) => name,
      ),
    ).to.include('tell_mediated')
  })
})
