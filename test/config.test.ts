import { expect } from 'chai'
import { readConfig } from '../src/config.js'
import { isRefusal } from '../src/errors.js'

describe('PROXIES', () => {
  const rows: [string | undefined, number | null][] = [
    [undefined, 0],
    ['', 0],
    ['0', 0],
    [' 2 ', 2],
    ['-1', null],
    ['10', null],
    ['true', null],
  ]
  for (const [text, proxies] of rows) {
    it(`${JSON.stringify(text) ?? 'absent'} is ${proxies === null ? 'refused by name' : proxies}`, () => {
      const read = () => readConfig(text === undefined ? {} : { PROXIES: text })
      if (proxies !== null) expect(read().proxies).to.equal(proxies)
      else
        expect(read)
          .to.throw()
          .that.satisfies((error: unknown) => isRefusal(error) && error.message.includes('PROXIES'))
    })
  }
})
