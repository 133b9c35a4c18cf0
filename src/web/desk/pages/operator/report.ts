import { operatorCodeOf } from '../../pieces/code.js'
import { today } from '../../pieces/dates.js'
import type { OperatorFile, OperatorFileRecord } from './file.js'

export interface CreditReport {
  title: string
  standard: string
  subject: { code: string; name: string | null; uscc: string | null; shop: string | null; formerNames: string[] }
  asOf: string
  knownAt: string | null
  madeAt: string
  madeBy: string
  standing: OperatorFile['standing']
  /** False when records beyond the limit are left out. */
  complete: boolean
  blocks: {
    registration: OperatorFileRecord[]
    administration: OperatorFileRecord[]
    honesty: OperatorFileRecord[]
    lists: OperatorFile['listings']
    mirroredLists: OperatorFileRecord[]
    commitments: OperatorFileRecord[]
    score: OperatorFile['score']
    others: OperatorFileRecord[]
  }
}

export const creditReportOf = (
  file: OperatorFile,
  { asOf, knownAt, by }: { asOf: string; knownAt: string; by: string },
): CreditReport => {
  const kinds = (...wanted: string[]) => file.records.filter(({ kind }) => wanted.includes(kind))
  const { uscc, shop, name } = file
  return {
    title: '公共信用信息报告',
    standard: '公共信用信息报告标准（2022年版）的栏目',
    subject: { code: operatorCodeOf(file), name, uscc, shop, formerNames: file.namesBefore.map((one) => one.name) },
    asOf: asOf || today(),
    knownAt: knownAt || null,
    madeAt: new Date().toISOString(),
    madeBy: by,
    standing: file.standing,
    complete: file.records.length >= file.totalRecords,
    blocks: {
      registration: kinds('REGISTRATION'),
      administration: kinds('PERMIT', 'PENALTY', 'REPAIR'),
      honesty: kinds('TRUSTMARK'),
      lists: file.listings,
      mirroredLists: kinds('LIST_ENTRY'),
      commitments: kinds('COMMITMENT'),
      score: file.score,
      others: kinds('INSPECTION', 'RECALL', 'STANDARD', 'TRADEMARK', 'SHOP', 'ICP_FILING'),
    },
  }
}
