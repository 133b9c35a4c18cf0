import { expect } from 'chai'
import { remarkWords } from '../../src/web/words/remark-words.js'

const CASES = [
  {
    feed: 'penalties',
    field: 'CF_GSJZQ',
    message: 'CF_GSJZQ晚于今天：2099-12-31。CF_GSJZQ lies in the future.',
    zh: '公示截止期晚于今天：2099-12-31。',
    en: '“Publication ends” lies in the future.',
  },
  {
    feed: 'penalties',
    field: 'CF_NR_FK',
    message:
      'CF_NR_FK应以万元计，所填为元（与处罚内容一致），按元采用。CF_NR_FK is meant in 万元; what stands there is yuan, as the text says, and is taken so.',
    zh: '罚款金额（万元）应以万元计，所填为元（与处罚内容一致），按元采用。',
    en: '“Fine (10,000 yuan)” is meant in “10,000 yuan”; what stands there is yuan, as the text says, and is taken so.',
  },
  {
    feed: 'penalties',
    field: 'CF_NR_FK',
    message:
      'CF_NR_FK应以万元计，所填为元（与处罚内容一致），按元采用。CF_NR_FK is meant in units of 10,000 yuan; what stands there is yuan, as the text says, and is taken so.',
    zh: '罚款金额（万元）应以万元计，所填为元（与处罚内容一致），按元采用。',
    en: '“Fine (10,000 yuan)” is meant in units of 10,000 yuan; what stands there is yuan, as the text says, and is taken so.',
  },
  {
    feed: 'commitments',
    field: '承诺日期',
    message: '承诺日期晚于今天：2099-12-31。承诺日期 lies in the future.',
    zh: '承诺日期晚于今天：2099-12-31。',
    en: '“Date of the commitment” lies in the future.',
  },
  {
    feed: 'registry',
    field: 'name',
    message: '缺少name。name is missing.',
    zh: '缺少法定代表人。',
    en: '“Legal representative” is missing.',
  },
  {
    feed: 'registry',
    field: null,
    message: '主体名称超过 200 个字符。The name of the subject is too long.',
    zh: '主体名称超过 200 个字符。',
    en: 'The name of the subject is too long.',
  },
] as const

describe('remarks in the words of the party', () => {
  for (const { feed, field, message, zh, en } of CASES)
    it(`${feed}: ${en}`, () => expect(remarkWords({ field, message }, feed)).to.deep.equal({ zh, en }))
})
