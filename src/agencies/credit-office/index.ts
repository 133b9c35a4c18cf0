import type { Agency } from '../feed.js'
import { penalties } from './penalties.js'
import { permits } from './permits.js'
import { repairs } from './repairs.js'

export const creditOffice: Agency = {
  id: 'credit-office',
  name: { zh: '吉林省信用办', en: 'Jilin Credit Office' },
  region: '220000',
  sends: ['penalties', 'permits', 'repairs'],
  feeds: [penalties, permits, repairs],
}
