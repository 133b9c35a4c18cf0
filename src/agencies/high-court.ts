/** 吉林省高级人民法院: known by name; what it sends is still to be described. */
import type { Agency } from './feed.js'

export const highCourt: Agency = {
  id: 'high-court',
  name: { zh: '吉林省高级人民法院', en: 'Jilin Provincial High Court' },
  region: '220000',
  sends: ['defaulters'],
  feeds: [],
}
