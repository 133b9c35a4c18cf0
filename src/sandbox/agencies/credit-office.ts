import type { World, WorldPenalty, WorldPermit, WorldRepair } from '../../../seeds/world.js'
import { yuanToWan } from '../../domain/records/money.js'
import { encodeText } from '../../foundation/text/encodings.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { formatCsvDate, spellDocumentNumber } from './spelling.js'
import { cutPage, formatCsvTable, type StandInRoutes, type TableColumns } from './stand-in.js'

const PAGE = 100
const CERTIFICATE = '居民身份证'
const PARTIES: Record<WorldPenalty['partyKind'], string> = {
  ORGANISATION: '法人及非法人组织',
  INDIVIDUAL_BUSINESS: '个体工商户',
  NATURAL_PERSON: '自然人',
}

export const creditOfficeRoutes = (source: () => World): StandInRoutes => ({
  'GET /penalties.csv': () => {
    const { penalties, faults } = source()
    const wrong = faults.flatMap((fault) => (fault.feed === 'penalties' ? [fault.penalty] : []))
    return gb18030(formatCsvTable([...penalties, ...wrong], PENALTY_COLUMNS))
  },
  'GET /permits.csv': () => gb18030(formatCsvTable(source().permits, PERMIT_COLUMNS)),
  'GET /repairs': (asked) => repairs(source(), asked),
})

const gb18030 = (text: string): StandInAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/csv; charset=gb18030' },
  body: encodeText(text, 'gb18030'),
})

const blank = (): string => ''
const wan = (yuan: string | null): string | null => (yuan === null ? null : yuanToWan(yuan))

const PENALTY_COLUMNS: TableColumns<WorldPenalty, string | null> = [
  ['CF_XDR_MC', (one) => one.partyName],
  ['CF_XDR_LB', (one) => PARTIES[one.partyKind]],
  ['CF_XDR_SHXYM', (one) => one.partyUscc],
  ['CF_XDR_GSZC', (one) => one.partyRegNo],
  ['CF_XDR_ZZJG', blank],
  ['CF_XDR_SWDJ', blank],
  ['CF_XDR_SYDW', blank],
  ['CF_XDR_SHZZ', blank],
  ['CF_FRDB', (one) => one.representative],
  ['CF_FR_ZJLX', (one) => one.representativeCertificate && CERTIFICATE],
  ['CF_FR_ZJHM', (one) => one.representativeCertificate],
  ['CF_XDR_ZJLX', (one) => one.partyCertificate && CERTIFICATE],
  ['CF_XDR_ZJHM', (one) => one.partyCertificate],
  ['CF_WSH', (one, n) => spellDocumentNumber(one.documentNumber, n)],
  ['CF_WFXW', (one) => one.violation],
  ['CF_SY', (one) => one.facts],
  ['CF_YJ', (one) => one.basis],
  ['CF_CFLB', (one) => one.types.join(';')],
  ['CF_NR', (one) => one.content],
  ['CF_NR_FK', (one) => wan(one.fineYuan)],
  ['CF_NR_WFFF', (one) => wan(one.confiscatedYuan)],
  ['CF_NR_ZKDX', (one) => one.licence],
  ['CF_JDRQ', (one, n) => formatCsvDate(one.decidedOn, n)],
  ['CF_YXQ', (one, n) => formatCsvDate(one.effectiveUntil, n)],
  ['CF_GSJZQ', (one, n) => formatCsvDate(one.publishUntil, n)],
  ['CF_CFJG', (one) => one.authority],
  ['CF_CFJGDM', (one) => one.authorityCode],
  ['CF_SJLY', (one) => one.sourceUnit],
  ['CF_SJLYDM', (one) => one.sourceUnitCode],
  ['BZ', (one) => one.note],
]

const PERMIT_COLUMNS: TableColumns<WorldPermit, string | null> = [
  ['XK_XDR_MC', (one) => one.partyName],
  ['XK_XDR_LB', (one) => PARTIES[one.partyKind]],
  ['XK_XDR_SHXYM', (one) => one.partyUscc],
  ['XK_XDR_GSZC', blank],
  ['XK_XDR_ZZJG', blank],
  ['XK_XDR_SWDJ', blank],
  ['XK_XDR_SYDW', blank],
  ['XK_XDR_SHZZ', blank],
  ['XK_FRDB', (one) => one.representative],
  ['XK_FR_ZJLX', blank],
  ['XK_FR_ZJHM', blank],
  ['XK_XDR_ZJLX', blank],
  ['XK_XDR_ZJHM', blank],
  ['XK_XKWS', (one) => one.documentName],
  ['XK_WSH', (one, n) => spellDocumentNumber(one.documentNumber, n)],
  ['XK_XKLB', (one) => one.category],
  ['XK_XKZS', (one) => one.certificate],
  ['XK_XKBH', (one) => one.permitNumber],
  ['XK_NR', (one) => one.content],
  ['XK_JDRQ', (one, n) => formatCsvDate(one.decidedOn, n)],
  ['XK_YXQZ', (one, n) => formatCsvDate(one.validFrom, n)],
  ['XK_YXQZI', (one, n) => formatCsvDate(one.validUntil, n)],
  ['XK_XKJG', (one) => one.authority],
  ['XK_XKJGDM', (one) => one.authorityCode],
  ['XK_ZT', (one) => (one.valid ? '1' : '2')],
  ['XK_LYDW', (one) => one.sourceUnit],
  ['XK_LYDWDM', (one) => one.sourceUnitCode],
  ['BZ', blank],
]

const repairs = (world: World, { query }: StandInRequest): StandInAnswer => {
  const cut = cutPage(world.repairs, query.get('pageNo'), query.get('pageSize'), PAGE)
  if (cut === null) return makeJsonAnswer(400, { code: 400, message: '分页参数错误 Not a page' })
  const { total, page, size, first, items } = cut
  const list = items.map((one, i) => repairRow(one, first + i))
  return makeJsonAnswer(200, {
    code: 200,
    message: '成功',
    data: { totalCount: total, pageNo: page, pageSize: size, list },
  })
}

const TARGETS: Record<WorldRepair['target'], string> = {
  PENALTY: '行政处罚信息',
  LIST_ENTRY: '严重失信主体名单信息',
  ABNORMAL: '经营异常名录（状态）信息',
}
const OUTCOMES: Record<WorldRepair['outcome'], string> = {
  REPAIRED: '准予修复',
  REMOVED: '准予移出',
  REFUSED: '不予修复',
}

const repairRow = (one: WorldRepair, n: number) => ({
  申请编号: one.application,
  信用主体名称: one.partyName,
  统一社会信用代码: one.partyUscc,
  修复信息类别: TARGETS[one.target],
  原决定书文号: one.targetNumber === null ? '/' : spellDocumentNumber(one.targetNumber, n),
  原认定机关: one.targetAuthority,
  修复结果: OUTCOMES[one.outcome],
  修复决定日期: formatCsvDate(one.decidedOn, n),
  修复决定文号: one.documentNumber,
  修复决定机关: one.authority,
  备注: '',
})
