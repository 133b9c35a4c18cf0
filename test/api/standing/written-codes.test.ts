import { expect } from 'chai'
import { registration, uscc } from '../record-drafts.js'
import { makeWorld, type World } from '../world.js'

describe('an access code in texts entered by people', () => {
  let world: World
  before(async () => {
    world = await makeWorld()
    await world.bring('registry', [registration(uscc(1), '虚构甲有限公司'), registration(uscc(2), '虚构乙有限公司')])
  })
  after(() => world.close())

  it('is removed in every spelling', async () => {
    const token = world.token('officer')
    const question =
      'mutation($input: AccessCodeInput!) { issueAccessCode(input: $input) { code accessCode { reason } } }'
    const issue = async (operator: string, reason: string) =>
      (await world.ask(question, { token, variables: { input: { operator, reason } } })).data.issueAccessCode
    const { code } = await issue(uscc(1), '随告知')
    const wide = code.replaceAll(/[!-~]/g, (sign: string) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0))
    const spelt = ['_', '.', '  ', ' . ', '—'].map((sign) => code.replaceAll('-', sign))
    for (const one of [...spelt, wide, code.toLowerCase(), code.replaceAll('-', '')]) {
      const { accessCode } = await issue(uscc(2), `给${one}的`)
      expect(accessCode.reason, one).to.equal('给[登录码]的')
    }
  })
})
