/** 可信认证机构: known by name; what it sends is still to be described. */
import type { Agency } from './feed.js'

export const certifiers: Agency = {
  id: 'certifiers',
  name: { zh: '可信认证机构', en: 'Trust certifiers' },
  region: '220000',
  sends: ['trustmarks'],
  feeds: [],
}
