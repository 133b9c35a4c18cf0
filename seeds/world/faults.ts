/** Items that are wrong on purpose, so that the demonstration shows rejects. */
import { at } from './chance.js'
import { usccOf } from './codes.js'
import type { WorldFault, WorldInspection, WorldOperator, WorldPenalty } from './types.js'

export const faults = (
  operators: readonly WorldOperator[],
  inspections: readonly WorldInspection[],
  penalties: readonly WorldPenalty[],
): WorldFault[] => {
  const model = at(operators, 30)
  const uscc = usccOf('91', model.region, 800)
  const last = at(inspections, inspections.length - 1)
  const light = at(penalties, 0)
  return [
    {
      feed: 'registry',
      what: '企业名称缺失 · an enterprise without a name',
      operator: {
        ...model,
        code: uscc,
        uscc,
        regNo: null,
        name: '',
        formerNames: [],
        shops: [],
      },
    },
    {
      feed: 'quality',
      what: '产品名称缺失 · a tested product without a name',
      inspection: { ...last, serial: last.serial + 1, product: '', brand: null, note: null },
    },
    {
      feed: 'penalties',
      what: '统一社会信用代码少一位 · a code that is one character short',
      penalty: {
        ...light,
        documentNumber: light.documentNumber.replace(/\d+号$/, '901号'),
        partyUscc: light.partyUscc?.slice(0, 17) ?? null,
        partyRegNo: null,
      },
    },
  ]
}
