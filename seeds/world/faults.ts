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

const ALIKE = 20
const FIRST_ALIKE_SERIAL = 801

/** Twenty items each of two feeds with the same fault, so that two people can correct many at once. */
export const likeFaults = (
  inspections: readonly WorldInspection[],
  penalties: readonly WorldPenalty[],
): WorldFault[] => {
  const model = at(penalties, 0)
  const serials = inspections.map(({ serial }) => serial)
  const parties = penalties.filter(({ partyKind }) => partyKind === 'ORGANISATION').slice(-ALIKE)
  return [
    ...parties.map((one, n): WorldFault => {
      const { authority, authorityCode } = model
      const documentNumber = model.documentNumber.replace(/\d+号$/, `${FIRST_ALIKE_SERIAL + n}号`)
      const penalty = { ...one, documentNumber, authority, authorityCode: authorityCode.slice(0, 17) }
      return {
        feed: 'penalties',
        what: '处罚机关代码少一位 · the code of the authority is one character short',
        penalty,
      }
    }),
    ...inspections.slice(0, ALIKE).map((one, n): WorldFault => {
      const inspection = { ...one, serial: Math.max(...serials) + 2 + n, product: '' }
      return { feed: 'quality', what: '产品名称缺失 · a tested product without a name', inspection }
    }),
  ]
}
