import { expect } from 'chai'
import { publishedText } from '../../../src/web/frame/html.js'
import { browser } from '../../support/browser.js'

/** Left edges of the three letters of the text beside the name, in pixels. */
const PLACES = `[0, 1, 2].map((at) => {
  const range = document.createRange()
  range.setStart(document.getElementById('beside').firstChild, at)
  range.setEnd(document.getElementById('beside').firstChild, at + 1)
  return range.getBoundingClientRect().left
})`

describe('a name that runs from right to left', () => {
  const visitor = browser()

  it('never reverses the text beside it, whichever direction marks it contains', async () => {
    const { page, close } = await visitor.visit('http://127.0.0.1')
    for (const name of [
      '虚构\u202E有限公司',
      '虚构\u2069\u202E有限公司',
      '虚构\u2029\u202E有限公司',
      '虚构\u0085\u202E有限公司',
      'אב\u2066',
      'אב\u2067\u202E',
      '\u2069\u2069\u2067א',
    ]) {
      await page.setContent(`<p>${publishedText(name).written('zh')}<span id="beside">xyz</span> 123 end</p>`)
      const [x = 0, y = 0, z = 0] = await page.evaluate<number[]>(PLACES)
      expect(x < y && y < z, escape(name)).to.equal(true)
      expect(x, escape(name)).to.be.greaterThan(8)
    }
    await close()
  })
})
