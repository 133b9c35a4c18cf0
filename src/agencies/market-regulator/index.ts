/** 省市场监督管理厅. */
import type { Agency } from '../feed.js'
import { dishonest } from './dishonest.js'
import { quality } from './quality.js'
import { registry } from './registry.js'

export const marketRegulator: Agency = {
  id: 'market-regulator',
  name: { zh: '吉林省市场监督管理厅', en: 'Jilin Administration for Market Regulation' },
  region: '220000',
  sends: ['registry', 'individuals', 'quality', 'food', 'recalls', 'abnormal', 'dishonest', 'standards', 'commitments'],
  feeds: [registry, quality, dishonest],
}
