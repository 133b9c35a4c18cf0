import type { Agency } from '../feed.js'
import { abnormal } from './abnormal.js'
import { commitments } from './commitments.js'
import { dishonest } from './dishonest.js'
import { food } from './food.js'
import { individuals } from './individuals.js'
import { quality } from './quality.js'
import { recalls } from './recalls.js'
import { registry } from './registry.js'
import { standards } from './standards.js'

export const marketRegulator: Agency = {
  id: 'market-regulator',
  name: { zh: '吉林省市场监督管理厅', en: 'Jilin Administration for Market Regulation' },
  region: '220000',
  sends: ['registry', 'individuals', 'quality', 'food', 'recalls', 'abnormal', 'dishonest', 'standards', 'commitments'],
  feeds: [registry, individuals, quality, food, recalls, abnormal, dishonest, standards, commitments],
}
