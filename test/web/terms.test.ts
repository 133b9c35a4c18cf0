/** The reviewed list of Chinese terms: what people read uses no word that a term has replaced. */
import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import TERMS from '../../schema/words/terms.json' with { type: 'json' }
import { chineseHalfOf, splitLanguages } from '../../src/foundation/text/words.js'

interface Term {
  zh: string
  instead: string[]
  except?: string[]
  in?: string[]
}

const ROOT = new URL('../../', import.meta.url)
const OTHERS = /^schema\/(scorecards|platforms|words\/terms|CHANGELOG)|generated/
const isText = (path: string): boolean => /\.(tsx?|json|graphql|md)$/.test(path) && !OTHERS.test(path)
const filesIn = (folder: string): string[] =>
  (readdirSync(new URL(folder, ROOT), { recursive: true }) as string[]).map((path) => `${folder}/${path}`)
const files = ['README.zh-CN.md', ...filesIn('src'), ...filesIn('schema')]
  .filter(isText)
  .map((path) => ({ path, text: readFileSync(new URL(path, ROOT), 'utf8') }))

const faultsOf = ({ instead, except = [], in: places }: Term, given: typeof files): string[] =>
  given
    .filter(({ path }) => places === undefined || places.some((place) => path.startsWith(place)))
    .flatMap(({ path, text }) => {
      const rest = except.reduce(
        (left, one) => left.replaceAll(one, ''),
        text.replaceAll(/replaceAll\('本项目'.*/g, ''),
      )
      return instead.filter((word) => rest.includes(word)).map((word) => `${path}: ${word}`)
    })

describe('Chinese terms', () => {
  for (const term of TERMS as Term[])
    it(`${term.zh} has no other word beside it`, () => {
      expect(faultsOf(term, files)).to.deep.equal([])
      const [word] = term.instead
      if (word) expect(faultsOf(term, [{ path: term.in?.[0] ?? 'src/web/x.ts', text: `“${word}”` }])).to.have.length(1)
    })
})

describe('a message of a refusal by language', () => {
  const cases: [string, string, string][] = [
    ['没有这次推送。There is no such delivery.', '没有这次推送。', 'There is no such delivery.'],
    ['输入无效：文件为空 empty。The input is not valid.', '输入无效：文件为空。', 'The input is not valid: empty'],
    [
      '输入无效：理由 the reason：1–1000 个字符 1–1000 characters。The input is not valid.',
      '输入无效：理由：1–1000 个字符。',
      'The input is not valid: the reason; 1–1000 characters',
    ],
    [
      '内容不是已知格式：读到 read: 名称、日期；未知 no known header。No form.',
      '内容不是已知格式：读到：名称、日期；未知。',
      'No form: no known header',
    ],
    ['金额未注明单位。金额 does not say which unit.', '金额未注明单位。', '金额 does not say which unit.'],
    [
      '请求超出每分钟 60 次的限额，请 5 秒后再来。Over the quota.',
      '请求超出每分钟 60 次的限额，请 5 秒后再来。',
      'Over the quota.',
    ],
    ['评分卡 general-1 已有待决定的采用提议。It waits.', '评分卡 general-1 已有待决定的采用提议。', 'It waits.'],
    [
      '设置有误：甲 需要 乙 / needs 乙 beside it；仅 3 条，少于 5 / fewer items than 5。Mend each.',
      '设置有误：甲 需要 乙；仅 3 条，少于 5。',
      'Mend each: needs 乙 beside it; fewer items than 5',
    ],
    ['内部错误。Internal error.', '内部错误。', 'Internal error.'],
    ['没有英文。', '没有英文。', '没有英文。'],
  ]
  for (const [message, zh, en] of cases) it(message, () => expect(splitLanguages(message)).to.deep.equal({ zh, en }))
})

describe('the Chinese half of a refusal', () => {
  const cases: [string, string][] = [
    ['信用平台无法访问：UND_ERR_SOCKET。The platform could not be reached.', '信用平台无法访问。'],
    ['UND_ERR_SOCKET', '对方没有正常答复。'],
    ['CF_XDR_SHXYM 不是格式正确的代码。CF_XDR_SHXYM is no well formed code.', 'CF_XDR_SHXYM 不是格式正确的代码。'],
  ]
  for (const [message, zh] of cases) it(message, () => expect(chineseHalfOf(message)).to.equal(zh))
})
