import { normalizeName } from '../domain/operators/names.js'
import { parseHostNames } from '../domain/records/hosts.js'
import type { Examination } from './examine.js'
import { type Agency, type FeedForm, makeFeed } from './feed.js'
import { openHttpFile } from './transports/http.js'

const STATUS: Record<string, string> = {
  有效: 'VALID',
  暂停: 'SUSPENDED',
  暂停使用: 'SUSPENDED',
  撤销: 'REVOKED',
  已撤销: 'REVOKED',
  注销: 'REVOKED',
  已注销: 'REVOKED',
  到期: 'EXPIRED',
  过期: 'EXPIRED',
  已过期: 'EXPIRED',
}

const table: FeedForm = {
  names: [
    ...[
      '认证机构',
      '证书编号',
      '认证标志',
      '获证主体',
      '统一社会信用代码',
      '网站域名',
      '发证日期',
      '有效期至',
      '证书状态',
    ],
    '序号',
  ],
  keyed: ['认证机构', '证书编号'],
  drafts: (row, { today }) => {
    const certifier = row.requiredName('认证机构')
    const number = row.required('证书编号')
    const issued = row.requiredDate('发证日期', today)
    const validTo = row.endDate('有效期至')
    const status = row.choice('证书状态', STATUS)
    if (issued !== '' && validTo !== null && validTo < issued)
      row.problem('有效期至', 'date', '有效期早于发证日期。Ends before it was issued.')
    if (status === 'VALID' && validTo !== null && validTo < today)
      row.remark('证书状态', 'date.past', '状态为有效，但已过有效期。Called valid after its last day.')
    return [
      {
        kind: 'trustmark',
        key: `${normalizeName(certifier)}/${number}`,
        subject: {
          ...row.codes([{ field: '统一社会信用代码', scheme: 'uscc' }]),
          shop: null,
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

const trustmarks = makeFeed({
  id: 'trustmarks',
  agency: 'certifiers',
  kind: 'trustmark',
  title: { zh: '可信认证信息', en: 'Trust certificates' },
  whole: true,
  forms: [table],
  fetch: (source, shapes, feed) => openHttpFile(source, '/trustmarks.csv', shapes, feed),
})

export const certifiersAgency: Agency = {
  id: 'certifiers',
  name: { zh: '可信认证机构', en: 'Trust certifiers' },
  region: '220000',
  sends: ['trustmarks'],
  feeds: [trustmarks],
}
