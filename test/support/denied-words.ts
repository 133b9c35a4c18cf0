/** Words that no page or document for people shows: ids, enum names, codes, and English on a Chinese page. */
import ORGANISATIONS from '../../schema/matters/organisations.json' with { type: 'json' }
import { agencies, feeds, mirrors } from '../../src/agencies/index.js'
import { platforms } from '../../src/platforms/index.js'

const { organisations } = ORGANISATIONS
/** Ids of organisations, feeds, platforms and lists. */
const IDS = new RegExp(
  `(?<![\\w./:-])(?:${[
    ...organisations.flatMap(({ agency, line }) => [agency, line]),
    ...agencies.map(({ id }) => id),
    ...feeds.keys(),
    ...mirrors.keys(),
    ...platforms.map(({ id }) => id),
    ...['serious', 'ecommerce-2018', 'party'],
  ].join('|')})(?![\\w./:-])`,
  'g',
)
/** Ids of tables and columns, months as programs write them, holes of texts, and members within a Chinese sentence. */
const PROGRAM_WORDS =
  /(?<![\w./:@-])(?:[a-z]+(?:_[a-z]+)+|20\d{2}-\d{2})(?![\w./:@-])|\{\w+\}|(?<![\w./:@-])[a-z]{5,}(?= ?\p{Script=Han})/gu
const REGIONS = /(?<![\w〔（(.-])(?:22\d{4}|3702\d{0,2})(?![\w〕.-])/g
const NAMES = /(?<![\w.-])[A-Z]{2,}(?:_[A-Z]+)+(?![\w.-])|(?<![\w.-])[A-Z]{4,}(?![\w.-])/g
/** People and clients of tests are called by their roles. */
const TEST_NAMES =
  /^(?:client_of_)?(?:officer|administrator|reviewer|auditor|agency|marketplace|partner|credit_service)$/
const MEANT = new Set([
  'JPEG',
  'https',
  'fsync',
  'full_page_writes',
  'JSON',
  'ATOM',
  'HTTP',
  'HTTPS',
  'WCAG',
  'XLSX',
  'SHA-256',
  'CERTIFIED',
])
/** Numbers of enterprise standards, with the firm's letters: Q/AMEL 0008S—2024. */
const STANDARDS = /Q\/[A-Z]{2,8}(?= \d)/g
/** A column as an agency heads it may stand in brackets behind its Chinese name. */
const COLUMNS = /(?<=[\p{Script=Han}）])（[A-Za-z]\w*）/gu
/** The number of a case or message is hexadecimal; one in 2,560 has letters only. */
const NUMBERS = /^[A-F]{8}$/
const WORDS = /本项目|凭记忆|手填|黑名单/g
/** Three English words in a row. */
const ENGLISH = /[A-Za-z]*[a-z]{2,}(?: [a-z]{2,}){2,}/g

export const deniedWordsIn = (text: string, { draft = false } = {}): string[] =>
  [IDS, PROGRAM_WORDS, REGIONS, NAMES, WORDS, ENGLISH]
    .flatMap((pattern) =>
      [
        ...text
          .replaceAll('电子商务领域黑名单', '')
          .replaceAll(STANDARDS, '')
          .replaceAll(COLUMNS, '')
          .matchAll(pattern),
      ].map(([word]) => word),
    )
    .filter((word) => !MEANT.has(word) && ![NUMBERS, TEST_NAMES].some((known) => known.test(word)))
    .filter((word) => !(draft && word === '手填'))

/** The text of a page without code blocks, data and hidden markup. */
export const textOfPage = (html: string): string =>
  html
    .replace(/<(pre|code|style|script|textarea|kbd)\b[^>]*>[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, ' ')
