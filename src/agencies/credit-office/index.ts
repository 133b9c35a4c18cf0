import { makeAgency } from '../feed.js'
import { penaltiesFeed } from './penalties.js'
import { permitsFeed } from './permits.js'
import { repairsFeed } from './repairs.js'

export const creditOfficeAgency = makeAgency('credit-office', { zh: '吉林省信用办', en: 'Jilin Credit Office' }, [
  penaltiesFeed,
  permitsFeed,
  repairsFeed,
])
