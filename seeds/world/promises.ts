/** Operators' public declarations: twelve standards, and twelve commitments with check results. */
import { at, chance, plusDays, termOf } from './chance.js'
import { CAST, inCrowd } from './operators.js'
import { tradeOf } from './trades.js'
import type { WorldCommitment, WorldOperator, WorldStandard } from './types.js'

const EACH = 12
const INITIALS = [...'ABCDEFGHJKLMNPQRTUWXY']
const SUBJECTS = [
  { subject: '产品质量承诺', text: '所售商品符合国家标准和明示的质量要求，不销售假冒伪劣商品' },
  { subject: '七日无理由退货承诺', text: '消费者自收到商品之日起七日内可以无理由退货' },
  { subject: '线下实体店无理由退货承诺', text: '商品完好的，七日内凭购物凭证办理退货' },
  { subject: '质量安全首负责任承诺', text: '消费者要求赔偿的，先行赔付，不得推诿' },
]
const CHECKER = '吉林省消费环境核查中心'

/** Operators that make a declaration. The good example comes first. */
const speakers = (operators: readonly WorldOperator[], label: string): WorldOperator[] => {
  const crowd = operators.filter(
    (one, i) => one.kind === 'enterprise' && one.status === 'ACTIVE' && inCrowd(i) && one.establishedOn < '2023-01-01',
  )
  return [at(operators, CAST.good), ...chance(label).shuffled(crowd)].slice(0, EACH)
}

export const standards = (operators: readonly WorldOperator[]): WorldStandard[] => {
  const luck = chance('standards')
  return speakers(operators, 'standards').map((owner, i) => {
    const trade = tradeOf(owner.trade)
    const declaredOn = luck.day('2023-02-01', '2026-06-30')
    const mark = Array.from({ length: 4 }, () => luck.pick(INITIALS)).join('')
    return {
      number: `Q/${mark} ${String(i + 1).padStart(4, '0')}S—${declaredOn.slice(0, 4)}`,
      name: at(trade.products, 0).name,
      ownerName: owner.name,
      ownerUscc: owner.code,
      declaredOn,
      abolishedOn: i === 5 || i === 9 ? plusDays(declaredOn, 100) : null,
      products: trade.products.map(({ name, models }) => ({ name, model: at(models, 0), category: trade.category })),
    }
  })
}

export const commitments = (operators: readonly WorldOperator[]): WorldCommitment[] => {
  const luck = chance('commitments')
  return speakers(operators, 'commitments').map((party, i) => {
    const madeOn = luck.day('2023-02-01', '2025-12-20')
    const checks = i % 4 === 3 ? [] : [plusDays(madeOn, 90), plusDays(madeOn, 270)]
    return {
      id: `CN${madeOn.replaceAll('-', '')}${String(i + 1).padStart(4, '0')}`,
      partyName: party.name,
      partyUscc: party.code,
      ...at(SUBJECTS, i % SUBJECTS.length),
      madeOn,
      validTo: i % 3 === 0 ? null : termOf(madeOn, 3),
      checks: checks.map((on, n) => ({ on, ...found(i, n), by: CHECKER })),
    }
  })
}

const found = (i: number, n: number): Pick<WorldCommitment['checks'][number], 'result' | 'note'> => {
  if (i === 4 && n === 1) return { result: 'BROKEN', note: '拒绝为符合条件的消费者办理退货' }
  if (i === 6 && n === 0) return { result: 'PARTLY', note: '退货承诺未在店铺首页公示' }
  return { result: 'KEPT', note: null }
}
