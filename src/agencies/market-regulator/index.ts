import { makeAgency } from '../feed.js'
import { abnormalFeed } from './abnormal.js'
import { commitmentsFeed } from './commitments.js'
import { dishonestFeed } from './dishonest.js'
import { foodFeed } from './food.js'
import { individualsFeed } from './individuals.js'
import { petitionsMirror } from './petitions.js'
import { qualityFeed } from './quality.js'
import { recallsFeed } from './recalls.js'
import { registryFeed } from './registry.js'
import { standardsFeed } from './standards.js'

export const marketRegulatorAgency = makeAgency(
  'market-regulator',
  { zh: '吉林省市场监督管理厅', en: 'Jilin Administration for Market Regulation' },
  [
    ...[registryFeed, individualsFeed, qualityFeed, foodFeed, recallsFeed],
    ...[abnormalFeed, dishonestFeed, standardsFeed, commitmentsFeed],
  ],
  [petitionsMirror],
)
