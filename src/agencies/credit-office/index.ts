import type { Agency } from '../feed.js'
import { penaltiesFeed } from './penalties.js'
import { permitsFeed } from './permits.js'
import { repairsFeed } from './repairs.js'

export const creditOfficeAgency: Agency = {
  id: 'credit-office',
  name: { zh: '吉林省信用办', en: 'Jilin Credit Office' },
  region: '220000',
  sends: ['penalties', 'permits', 'repairs'],
  feeds: [penaltiesFeed, permitsFeed, repairsFeed],
}
