import { expect } from 'chai'
import { usccOf } from '../../seeds/world/codes.js'
import type { NumberedMap } from '../../src/domain/intake/feed-maps.js'
import type { SourceItem } from '../../src/domain/records/records.js'
import { isRefusal, type Refusal } from '../../src/foundation/errors.js'
import { chineseHalfOf } from '../../src/foundation/text/words.js'
import { bookOf } from '../soak/documents.js'
import { context, feedOf, fileOf } from './samples.js'

const CODE = usccOf('91', '220102', 1)
/** A ministry's list without a column for the field of dishonesty (失信领域). */
const MINISTRY = [
  ['失信企业名单'],
  ['企业名称', '统一信用代码', '工商注册号', '序号'],
  ['长春绯簏运输有限公司', CODE, '', '1'],
  ['合计', '', '', '1'],
]
/** Another province's list with its own headings. */
const PROVINCE = [
  ['主体全称', '社会信用代码', '列入事由', '列入日期'],
  ['长春绯簏运输有限公司', CODE, '拒不履行', '2026-01-05'],
]
const csv = (rows: readonly (readonly string[])[]): string => rows.map((row) => row.join(',')).join('\n')

const refusalOf = async (items: AsyncIterable<SourceItem>): Promise<Refusal> => {
  try {
    for await (const _ of items);
  } catch (error) {
    if (isRefusal(error)) return error
    throw error
  }
  throw new Error('was read')
}
const itemsIn = async (source: string, maps: readonly NumberedMap[]): Promise<SourceItem[]> => {
  const items: SourceItem[] = []
  for await (const item of feedOf('dishonest').read(fileOf(source), { maps })) items.push(item)
  return items
}

describe('content under unknown headings', () => {
  it('F-3: the refusal names every heading that identifies the feed, and first the one that this table lacks', async () => {
    for (const bytes of [Buffer.from(csv(MINISTRY)), bookOf('xls', MINISTRY)]) {
      const { code, message, details } = await refusalOf(feedOf('dishonest').read(fileOf(bytes), {}))
      expect(code).to.equal('CONTENT_UNKNOWN')
      expect(message).to.contain('ILLID SERILLREA SERILLREA_CN 失信领域').and.contain('例如 for example: 失信领域')
      expect(details['wanted']).to.deep.equal(['失信领域'])
    }
  })

  it('F-4: the refusal says which headings were read, which are known or missing, and what to do next', async () => {
    const sources = [
      Buffer.from(csv(PROVINCE)),
      bookOf('xlsx', PROVINCE),
      Buffer.from(JSON.stringify({ data: [Object.fromEntries((PROVINCE[0] ?? []).map((name) => [name, '样']))] })),
    ]
    for (const bytes of sources) {
      const { code, message, details } = await refusalOf(feedOf('dishonest').read(fileOf(bytes), {}))
      expect(code).to.equal('CONTENT_UNKNOWN')
      expect(details['read']).to.include.members(PROVINCE[0] ?? [])
      expect(message).to.contain('主体全称、社会信用代码、列入事由').and.contain('hub map dishonest')
      expect(chineseHalfOf(message))
        .to.match(/可改列名，或把表头对应到字段一次/)
        .and.not.contain('hub map')
    }
    const near = csv([
      ['企业名称', '统一信用代码', '甲', '乙', '丙', '丁'],
      ['样', CODE, '', '', '', ''],
    ])
    const { details } = await refusalOf(feedOf('dishonest').read(fileOf(near), {}))
    expect(details['known']).to.deep.equal(['企业名称', '统一信用代码'])
    expect(details['wanted']).to.deep.equal(['工商注册号', '组织机构代码', '失信领域'])
  })

  it('F-4: the refusal repeats no personal number from a row in place of the header', async () => {
    const row = ['样某', '11010519491231002X', '13812345678', '甲', '乙', '丙']
    const { message } = await refusalOf(feedOf('dishonest').read(fileOf(csv([row, row])), {}))
    expect(message).not.to.contain('19491231').and.not.to.contain('13812345678')
    const odd = await refusalOf(feedOf('dishonest').read(fileOf(csv([['a\0b', '\u202e甲', '乙'], row])), {}))
    expect(odd.message).not.to.match(/[\0\u202e]/u)
  })

  it('F-4: a map lets the feed read a table under its own headings, as CSV or JSON', async () => {
    const map: NumberedMap = {
      id: 1,
      headings: { 主体全称: '企业名称', 社会信用代码: '统一信用代码', 列入事由: '失信领域', 列入日期: null },
      values: {},
    }
    const json = JSON.stringify(
      PROVINCE.slice(1).map((row) => Object.fromEntries(row.map((cell, at) => [PROVINCE[0]?.[at], cell]))),
    )
    for (const source of [csv(PROVINCE), json]) {
      const items = await itemsIn(source, [map])
      expect(items.map(({ fields }) => fields)).to.deep.equal([
        { 企业名称: '长春绯簏运输有限公司', 统一信用代码: CODE, 失信领域: '拒不履行' },
      ])
      const [item] = items
      const mapped = item && feedOf('dishonest').map(item, context)
      expect(mapped && 'drafts' in mapped && mapped.drafts[0]?.key).to.equal(`ecommerce-2018/${CODE}/拒不履行`)
    }
    // A map applies only if all its headings are present.
    expect(
      (await refusalOf(feedOf('dishonest').read(fileOf(csv([['主体全称'], ['样']])), { maps: [map] }))).code,
    ).to.equal('CONTENT_UNKNOWN')
  })

  it('F-3: a map gives every row the same value for the missing column, and rows keep their numbers', async () => {
    const map: NumberedMap = { id: 1, headings: { 序号: null, 企业名称: '企业名称' }, values: { 失信领域: '交通运输' } }
    const items = await itemsIn(csv(MINISTRY), [map])
    expect(items.map(({ row, fields }) => [row, fields])).to.deep.equal([
      [3, { 企业名称: '长春绯簏运输有限公司', 统一信用代码: CODE, 工商注册号: '', 失信领域: '交通运输' }],
    ])
  })

  it('F-4: of two maps the one that knows more headings applies, and a table with mostly unmapped columns is refused', async () => {
    const small: NumberedMap = {
      id: 1,
      headings: { 主体全称: '企业名称' },
      values: { 失信领域: '甲', 统一信用代码: CODE },
    }
    const large: NumberedMap = {
      id: 2,
      headings: { 主体全称: '企业名称', 社会信用代码: '统一信用代码', 列入日期: null },
      values: { 失信领域: '乙' },
    }
    for (const maps of [
      [small, large],
      [large, small],
    ]) {
      expect((await itemsIn(csv(PROVINCE), maps))[0]?.fields['失信领域']).to.equal('乙')
    }
    const wide = csv([
      ['主体全称', ...'子丑寅卯辰巳午'],
      ['样', ...'1234567'],
    ])
    const refused = await refusalOf(feedOf('dishonest').read(fileOf(wide), { maps: [small] }))
    expect(refused.details['read']).to.include('子')
  })
})
