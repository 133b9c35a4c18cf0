import { expect } from 'chai'
import { browserFamilyOf, sessionStageOf } from '../../../src/domain/access/sign-in.js'

describe('a session by its proof', () => {
  const rows = [
    ['PASSWORD', false, 'officer', 'nobody', 'FULL'],
    ['PASSWORD', false, 'administrator', 'nobody', 'FULL'],
    ['PASSWORD', false, 'officer', 'administrators', 'FULL'],
    ['PASSWORD', false, 'administrator', 'administrators', 'ENROLMENT'],
    ['PASSWORD', false, 'officer', 'everyone', 'ENROLMENT'],
    ['PASSWORD', true, 'officer', 'nobody', null],
    ['PASSWORD', true, 'administrator', 'everyone', null],
    ['SECOND', true, 'administrator', 'everyone', 'FULL'],
  ] as const
  for (const [proof, hasFactor, role, policy, stage] of rows)
    it(`is ${stage} for ${proof}, ${hasFactor ? 'with' : 'without'} a factor, as ${role}, required of ${policy}`, () => {
      expect(sessionStageOf({ proof, hasFactor, role }, policy)).to.equal(stage)
    })
})

describe('a browser by its User-Agent', () => {
  const W = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
  const rows: [string, string | null][] = [
    [`${W} Chrome/131.0.0.0 Safari/537.36`, 'Chrome（Windows）'],
    [`${W} Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0`, 'Edge（Windows）'],
    [`${W} Chrome/94.0 Safari/537.36 QQBrowser/13.0`, 'QQ 浏览器（Windows）'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0', 'Firefox（Linux）'],
    ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1', 'Safari（iOS）'],
    ['curl/8.5.0', null],
    ['', null],
  ]
  for (const [agent, family] of rows)
    it(`is ${family} for ${agent.slice(-40)}`, () => {
      expect(browserFamilyOf(agent)).to.equal(family)
    })
})
