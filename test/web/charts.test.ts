import { expect } from 'chai'
import { drawPrefectureMap } from '../../src/web/frame/charts.js'

describe('the map of prefectures', () => {
  it('names the prefecture with most entries only where no other has as many', () => {
    const says = (counts: [string, number][]): string => drawPrefectureMap(new Map(counts), 0).written('zh')
    expect(says([['2201', 2]])).to.include('长春最多，2 条。')
    for (const counts of [
      [],
      [['2201', 1]],
      [
        ['2201', 1],
        ['2203', 1],
      ],
    ] as [string, number][][])
      expect(says(counts).includes('最多'), JSON.stringify(counts)).to.equal(counts.length === 1)
  })
})
