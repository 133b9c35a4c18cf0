/** Stand-in of 省信用办: penalties in the 双公示 form, as a CSV file in GB18030. */
import iconv from 'iconv-lite'
import type { World, WorldPenalty } from '../../../seeds/world.js'
import { yuanToWan } from '../../domain/money.js'
import { csvDate, csvLine, typedNumber } from './spelling.js'
import type { Routes } from './stand-in.js'

const CERTIFICATE = '居民身份证'
const PARTIES: Record<WorldPenalty['partyKind'], string> = {
  ORGANISATION: '法人及非法人组织',
  INDIVIDUAL_BUSINESS: '个体工商户',
  NATURAL_PERSON: '自然人',
}

export const creditOffice = (source: () => World): Routes => ({
  'GET /penalties.csv': () => ({
    status: 200,
    headers: { 'content-type': 'text/csv; charset=gb18030' },
    body: penalties(source()),
  }),
})

const penalties = (world: World): Buffer => {
  const wrong = world.faults.flatMap((fault) => (fault.feed === 'penalties' ? [fault.penalty] : []))
  const all = [...world.penalties, ...wrong]
  const header = csvLine(COLUMNS.map(([name]) => name))
  const lines = all.map((one, n) => csvLine(COLUMNS.map(([, cell]) => cell(one, n) ?? '')))
  return iconv.encode(header + lines.join(''), 'gb18030')
}

type Cell = (one: WorldPenalty, n: number) => string | null

const empty: Cell = () => null
const wan = (yuan: string | null): string | null => (yuan === null ? null : yuanToWan(yuan))

const COLUMNS: readonly (readonly [name: string, cell: Cell])[] = [
  ['CF_XDR_MC', (one) => one.partyName],
  ['CF_XDR_LB', (one) => PARTIES[one.partyKind]],
  ['CF_XDR_SHXYM', (one) => one.partyUscc],
  ['CF_XDR_GSZC', (one) => one.partyRegNo],
  ['CF_XDR_ZZJG', empty],
  ['CF_XDR_SWDJ', empty],
  ['CF_XDR_SYDW', empty],
  ['CF_XDR_SHZZ', empty],
  ['CF_FRDB', (one) => one.representative],
  ['CF_FR_ZJLX', (one) => one.representativeCertificate && CERTIFICATE],
  ['CF_FR_ZJHM', (one) => one.representativeCertificate],
  ['CF_XDR_ZJLX', (one) => one.partyCertificate && CERTIFICATE],
  ['CF_XDR_ZJHM', (one) => one.partyCertificate],
  ['CF_WSH', (one, n) => typedNumber(one.documentNumber, n)],
  ['CF_WFXW', (one) => one.violation],
  ['CF_SY', (one) => one.facts],
  ['CF_YJ', (one) => one.basis],
  ['CF_CFLB', (one) => one.types.join(';')],
  ['CF_NR', (one) => one.content],
  ['CF_NR_FK', (one) => wan(one.fineYuan)],
  ['CF_NR_WFFF', (one) => wan(one.confiscatedYuan)],
  ['CF_NR_ZKDX', (one) => one.licence],
  ['CF_JDRQ', (one, n) => csvDate(one.decidedOn, n)],
  ['CF_YXQ', (one, n) => csvDate(one.effectiveUntil, n)],
  ['CF_GSJZQ', (one, n) => csvDate(one.publishUntil, n)],
  ['CF_CFJG', (one) => one.authority],
  ['CF_CFJGDM', (one) => one.authorityCode],
  ['CF_SJLY', (one) => one.sourceUnit],
  ['CF_SJLYDM', (one) => one.sourceUnitCode],
  ['BZ', (one) => one.note],
]
