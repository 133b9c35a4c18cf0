/** 电子商务平台: known by name; what it sends is still to be described. */
import type { Agency } from './feed.js'

export const marketplaces: Agency = {
  id: 'marketplaces',
  name: { zh: '电子商务平台', en: 'E-commerce marketplaces' },
  region: '220000',
  sends: ['shops'],
  feeds: [],
}
