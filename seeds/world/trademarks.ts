/** About 120 trademarks: 100 of the world's operators, 20 of outside owners. */
import { at, type Chance, chance, plusDays, termOf } from './chance.js'
import { CAST, EARLIER_ON, inCrowd, LAST_DAY } from './operators.js'
import { tradeOf } from './trades.js'
import type { WorldOperator, WorldTrademark } from './types.js'

const OWNED = 100
const OUTSIDE = 20
const GOOD_OWNS = 5 // in three filings, two of them in two classes
const GOOD_MARKS = [
  { appliedOn: '2016-08-02', registeredOn: '2017-10-14' },
  { appliedOn: '2019-03-21', registeredOn: '2020-02-28' },
  { appliedOn: '2022-06-10', registeredOn: '2023-04-07' },
]
const FIRST_NUMBER = 99_120_000 // beyond the numbers issued so far
const TERM = 10 // years
/** Invented firms, one of them abroad. */
const OUTSIDE_OWNERS = [
  '青岛屿渡汀商贸有限公司',
  '杭州溯槿谣网络科技有限公司',
  '潮州枫堂野日用品有限公司',
  '沈阳珩泠朵食品有限公司',
  'NORRVIK & TÅGMARK AB',
]
const OUTSIDE_MARKS = ['渡汀屿', '槿谣', '枫堂野', '泠朵', 'TÅGMARK']

export const trademarks = (operators: readonly WorldOperator[]): WorldTrademark[] => {
  const luck = chance('trademarks')
  const marks = [...ownedBy(operators, luck), ...outside(luck)].sort((a, b) => a.appliedOn.localeCompare(b.appliedOn))
  const numbers = new Map<string, string>()
  return marks.map((one) => {
    // A filing in several classes has one number. A trademark's key is number and class.
    const filing = `${one.ownerName} ${one.name} ${one.appliedOn}`
    const number = numbers.get(filing) ?? String(FIRST_NUMBER + numbers.size * 7411)
    numbers.set(filing, number)
    return { ...one, number }
  })
}

const ownedBy = (operators: readonly WorldOperator[], luck: Chance): WorldTrademark[] => {
  const marks: WorldTrademark[] = []
  const owners = operators.filter(
    (one, i) => one.kind === 'enterprise' && inCrowd(i) && one.status === 'ACTIVE' && one.establishedOn < EARLIER_ON,
  )
  const good = at(operators, CAST.good)
  for (let n = 0; n < GOOD_OWNS; n += 1) {
    const { appliedOn, registeredOn } = at(GOOD_MARKS, Math.floor(n / 2))
    marks.push({
      ...mark(good, n, luck),
      status: 'REGISTERED',
      appliedOn,
      registeredOn,
      expiresOn: termOf(registeredOn, TERM),
    })
  }
  for (const owner of owners) {
    const wanted = luck.pick([0, 0, 1, 1, 2, 3])
    for (let n = 0; n < wanted && marks.length < OWNED; n += 1) marks.push(mark(owner, n, luck))
  }
  return marks
}

/** The n-th mark of one owner: the brand in each class of its trade, then with a word added. */
const mark = (owner: WorldOperator, n: number, luck: Chance): WorldTrademark => {
  const { classes } = tradeOf(owner.trade)
  const chosen = at(classes, n % classes.length)
  return {
    number: '',
    class: chosen.class,
    name: owner.brand + at(['', '臻选', '优品'], Math.floor(n / classes.length)),
    ownerName: owner.name,
    ownerUscc: owner.uscc,
    goods: [...chosen.goods],
    ...life(luck.day(owner.establishedOn, '2026-08-30'), luck),
  }
}

const outside = (luck: Chance): WorldTrademark[] =>
  Array.from({ length: OUTSIDE }, (_, i) => {
    const owner = i % OUTSIDE_OWNERS.length
    return {
      number: '',
      class: luck.pick([3, 9, 21, 25, 30]),
      name: at(OUTSIDE_MARKS, owner),
      ownerName: at(OUTSIDE_OWNERS, owner),
      ownerUscc: null,
      goods: ['日用品'],
      ...(i === 0 ? LAPSED : life(luck.day('2015-11-01', '2025-12-31'), luck)),
    }
  })

const LAPSED = {
  status: 'EXPIRED',
  appliedOn: '2015-11-02',
  registeredOn: '2016-07-14',
  expiresOn: '2026-07-13',
} as const

type TrademarkTerm = Pick<WorldTrademark, 'status' | 'appliedOn' | 'registeredOn' | 'expiresOn'>

const life = (appliedOn: string, luck: Chance): TrademarkTerm => {
  const registeredOn = plusDays(appliedOn, luck.whole(210, 420))
  if (registeredOn > LAST_DAY) return { status: 'APPLIED', appliedOn, registeredOn: null, expiresOn: null }
  const expiresOn = termOf(registeredOn, TERM)
  const status = expiresOn < LAST_DAY ? 'EXPIRED' : luck.happens(0.03) ? 'INVALID' : 'REGISTERED'
  return { status, appliedOn, registeredOn, expiresOn }
}
