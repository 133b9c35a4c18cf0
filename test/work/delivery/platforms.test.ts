import { expect } from 'chai'
import * as states from '../../../src/store/delivery/platform-states.js'
import { declarePlatformWiped, pausePlatform, resumePlatform } from '../../../src/work/delivery/platforms.js'
import { database, later, NOW, refusal, rowsOf, rules } from '../../support/world.js'

const made = (more: Partial<{ platform: string; reason: string; now: Date }> = {}) => ({
  platform: 'jilin',
  reason: '平台升级',
  by: 'officer-1',
  now: NOW,
  ...more,
})

describe('actions of a person on a platform', () => {
  const db = database()

  it('pause and resume it once each', async () => {
    expect((await refusal(resumePlatform(db(), rules, made()))).code).to.equal('PLATFORM_NOT_PAUSED')
    await pausePlatform(db(), rules, made())
    expect(await states.of(db(), 'jilin')).to.deep.include({
      pausedAt: NOW,
      pausedBy: 'officer-1',
      pausedReason: '平台升级',
      filledAt: null,
      wipedAt: null,
    })
    const twice = await refusal(pausePlatform(db(), rules, made({ reason: '又一次', now: later(1) })))
    expect(twice.code).to.equal('PLATFORM_PAUSED')
    expect((await states.of(db(), 'jilin'))?.pausedReason).to.equal('平台升级')
    await resumePlatform(db(), rules, made({ now: later(2) }))
    expect((await states.of(db(), 'jilin'))?.pausedAt).to.equal(null)
    await pausePlatform(db(), rules, made({ now: later(3) }))
  })

  it('include declaring it wiped, which requires a new backfill', async () => {
    await states.noteFilled(db(), { platform: 'jilin', kinds: ['listing'], wipedAt: null, at: NOW })
    await declarePlatformWiped(db(), rules, made({ now: later(5) }))
    expect(await states.of(db(), 'jilin')).to.deep.include({ wipedAt: later(5), wipedBy: 'officer-1', filledAt: null })
  })

  it('are stored with person, time and reason', async () => {
    await pausePlatform(db(), rules, made())
    await declarePlatformWiped(db(), rules, made({ reason: '数据库重建', now: later(1) }))
    await resumePlatform(db(), rules, made({ reason: '已恢复', now: later(2) }))
    const acts = await states.listLatestActs(db(), 20)
    expect(acts.map(({ act, reason, at }) => [act, reason, at])).to.deep.equal([
      ['RESUME', '已恢复', later(2)],
      ['WIPE', '数据库重建', later(1)],
      ['PAUSE', '平台升级', NOW],
    ])
    expect(await states.listLatestActs(db(), 1)).to.have.length(1)
  })

  it('are refused for an unknown platform or without a reason', async () => {
    for (const act of [pausePlatform, resumePlatform, declarePlatformWiped]) {
      expect((await refusal(act(db(), rules, made({ platform: 'nowhere' })))).code).to.equal('PLATFORM_UNKNOWN')
      expect((await refusal(act(db(), rules, made({ reason: '' })))).code).to.equal('INPUT_INVALID')
    }
    expect(await rowsOf(db(), 'select 1 from platform_states')).to.have.length(0)
  })
})
