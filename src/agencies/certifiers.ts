import { normalizeName } from '../domain/operators/names.js'
import { parseHostNames } from '../domain/records/hosts.js'
import { toPlainNumber } from '../foundation/text/values.js'
import type { Examination } from './examine.js'
import { type FeedForm, makeAgency } from './feed.js'
import { makeFileFetch } from './transports/http/file.js'
import { mapWordsToValues, splitWords } from './words.js'

const STATUS = mapWordsToValues({
  VALID: '有效',
  SUSPENDED: '暂停 暂停使用',
  REVOKED: '撤销 已撤销 注销 已注销',
  EXPIRED: '到期 过期 已过期',
})

const table: FeedForm = {
  names: splitWords('认证机构 证书编号 认证标志 获证主体 统一社会信用代码 网站域名 发证日期 有效期至 证书状态 序号'),
  keyed: ['认证机构', '证书编号'],
  drafts: (row, { today }) => {
    const certifier = row.requiredName('认证机构')
    const number = toPlainNumber(row.required('证书编号'))
    const issued = row.requiredDate('发证日期', today)
    const validTo = row.endDate('有效期至')
    const status = row.choice('证书状态', STATUS)
    row.notBefore('有效期至', validTo, issued, '有效期早于发证日期。Ends before it was issued.')
    if (status === 'VALID' && validTo !== null && validTo < today)
      row.remark('证书状态', 'date.past', '状态为有效，但已过有效期。Called valid after its last day.')
    return [
      {
        key: `${normalizeName(certifier)}/${number}`,
        subject: {
          ...row.codes({ field: '统一社会信用代码', scheme: 'uscc' }),
          name: row.requiredName('获证主体'),
        },
        body: {
          certifier,
          certificate_number: number,
          mark: row.text('认证标志'),
          domains: domainsOf(row),
          issued_on: issued,
          valid_to: validTo,
          status,
        },
        validFrom: issued,
        validTo: status === 'VALID' ? validTo : null,
      },
    ]
  },
}

const domainsOf = (row: Examination): string[] => {
  const { names, wrong } = parseHostNames(row.text('网站域名'))
  if (wrong.length > 0)
    row.problem('网站域名', 'value', `网站域名含非域名的内容：${wrong[0]}。What is no domain name stands among them.`)
  return names
}

export const certifiersAgency = makeAgency('certifiers', { zh: '可信认证机构', en: 'Trust certifiers' }, [
  {
    id: 'trustmarks',
    kind: 'trustmark',
    title: { zh: '可信认证信息', en: 'Trust certificates' },
    whole: true,
    provesAbsenceOf: ['certifications'],
    forms: [table],
    fetch: makeFileFetch('/trustmarks.csv'),
  },
])
