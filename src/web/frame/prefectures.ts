import type { BilingualText } from '../../foundation/text/words.js'

export interface Prefecture extends BilingualText {
  /** First four digits of its division codes (GB/T 2260). */
  code: string
  /** Place on the tile map; north is up. */
  tile: readonly [column: number, row: number]
}

export const PREFECTURES: readonly Prefecture[] = [
  { code: '2208', zh: '白城', en: 'Baicheng', tile: [0, 0] },
  { code: '2207', zh: '松原', en: 'Songyuan', tile: [1, 0] },
  { code: '2201', zh: '长春', en: 'Changchun', tile: [2, 0] },
  { code: '2202', zh: '吉林', en: 'Jilin City', tile: [3, 0] },
  { code: '2224', zh: '延边', en: 'Yanbian', tile: [4, 0] },
  { code: '2203', zh: '四平', en: 'Siping', tile: [1, 1] },
  { code: '2204', zh: '辽源', en: 'Liaoyuan', tile: [2, 1] },
  { code: '2205', zh: '通化', en: 'Tonghua', tile: [3, 1] },
  { code: '2206', zh: '白山', en: 'Baishan', tile: [4, 1] },
]

const PROVINCE = { zh: '吉林省', en: 'Jilin province' }

export const prefectureOf = (region: string | null): BilingualText | null => {
  if (region === null) return null
  return PREFECTURES.find(({ code }) => region.startsWith(code)) ?? (region.startsWith('22') ? PROVINCE : null)
}
