/** 吉林省通信管理局: known by name; what it sends is still to be described. */
import type { Agency } from './feed.js'

export const communications: Agency = {
  id: 'communications',
  name: { zh: '吉林省通信管理局', en: 'Jilin Communications Administration' },
  region: '220000',
  sends: ['icp'],
  feeds: [],
}
