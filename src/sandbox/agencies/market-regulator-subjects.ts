import type { WorldAbnormal, WorldCommitment, WorldOperator } from '../../../seeds/world.js'
import { emptyValue, gatewayDate, midnightMs } from './spelling.js'

export const STATUS_SPELLINGS: Record<WorldOperator['status'], string> = {
  ACTIVE: '存续（在营、开业、在册）',
  REVOKED: '吊销,未注销',
  DEREGISTERED: '注销',
}

export const individualRow = (one: WorldOperator, n: number) => ({
  PRIPID: `PRI${one.code.slice(2)}`,
  TRANAME: one.name,
  NAME: one.representative,
  UNISCID: one.uscc,
  REGNO: one.regNo ?? '',
  ENTTYPE_CN: one.type,
  COMPFORM: '个人经营',
  FUNDAM: (one.capitalWan ?? 0).toFixed(6),
  OPLOC: one.address,
  EMPNUM: 1 + (n % 4),
  ESTDATE: midnightMs(one.establishedOn),
  APPRDATE: one.approvedOn === null ? emptyValue(n) : midnightMs(one.approvedOn),
  OPFROM: midnightMs(one.establishedOn),
  OPTO: one.termTo === null ? emptyValue(n) : midnightMs(one.termTo),
  REGSTATE_CN: STATUS_SPELLINGS[one.status],
  REGORG_CN: one.authority,
  OPSCOPE: one.scope,
  DISTRICT: one.region,
})

export const abnormalRow = (one: WorldAbnormal, n: number) => ({
  PRIPID: `PRI${one.uscc.slice(2)}`,
  ENTNAME: one.name,
  UNISCID: one.uscc,
  REGNO: one.regNo ?? '',
  SPECAUSE: one.causeCode,
  SPECAUSE_CN: one.cause,
  ABNTIME: gatewayDate(one.listedOn, n),
  DECORG: one.authorityRegion,
  DECORG_CN: one.authority,
  REMEXCPRES: one.removal?.reasonCode ?? emptyValue(n),
  REMEXCPRES_CN: one.removal?.reason ?? emptyValue(n),
  REMDATE: one.removal ? gatewayDate(one.removal.on, n + 1) : emptyValue(n),
  REDECORG: one.removal ? one.authorityRegion : emptyValue(n),
  REDECORG_CN: one.removal ? one.authority : emptyValue(n),
  isMove: one.removal === null ? emptyValue(n) : one.removal.revoked ? '2' : '1',
})

const RESULTS: Record<WorldCommitment['checks'][number]['result'], string> = {
  KEPT: '履行',
  BROKEN: '未履行',
  PARTLY: '部分履行',
}

export const commitmentRow = (one: WorldCommitment) => ({
  承诺编号: one.id,
  承诺主体: one.partyName,
  统一社会信用代码: one.partyUscc,
  承诺事项: one.subject,
  承诺内容: one.text,
  承诺日期: one.madeOn,
  有效期至: one.validTo ?? '2099-12-31',
  核查情况: one.checks.map((check) => ({
    核查日期: check.on,
    核查结果: RESULTS[check.result],
    核查单位: check.by,
    核查说明: check.note ?? '/',
  })),
})
