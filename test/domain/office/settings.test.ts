import { expect } from 'chai'
import { settingWithoutSecret } from '../../../src/domain/office/settings.js'

describe('a setting without its secret', () => {
  const rows: [given: string, shown: string][] = [
    ['https://agency.example/api?page=1', 'https://agency.example/api?page=1'],
    ['postgres://hub@db.example/exchange?schema=x', 'postgres://hub@db.example/exchange?schema=x'],
    ['postgres://hub:p@db.example/exchange?schema=x', 'postgres://hub:…@db.example/exchange?schema=x'],
    ['postgres://hub:p@s@db.example:5433/exchange', 'postgres://hub:…@db.example:5433/exchange'],
    ['postgres://db.example/exchange?user=hub&password=p', 'postgres://db.example/exchange?user=hub&password=…'],
    ['https://agency.example/api?access_token=p', 'https://agency.example/api?access_token=…'],
    ['https://:p@agency.example/api', 'https://:…@agency.example/api'],
  ]
  for (const [given, shown] of rows)
    it(`of ${given} is ${shown}`, () => expect(settingWithoutSecret('AGENCY_ADDRESS', given)).to.equal(shown))

  it('of a credential is nothing, and of a text the text', () => {
    expect(settingWithoutSecret('PLATFORM_CREDENTIAL', 'p')).to.equal(null)
    expect(settingWithoutSecret('SITE_HOURS', 'https://a:b@c')).to.equal('https://a:b@c')
  })
})
