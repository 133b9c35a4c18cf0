/** Words that no page or document for people shows: ids, enum names, codes, and English on a Chinese page. */

/** Ids of agencies, feeds and platforms. */
const IDS =
  /(?<![\w./:@-])(?:market-regulator|ip-office|credit-office|high-court|certifiers|associations|marketplaces|creditchina|creditjilin|penalties|permits|registry|individuals|dishonest|defaulters|trademarks|trustmarks|ratings|abnormal|recalls|commitments|standards|serious|ecommerce-2018)(?![\w./:@-])/g
const REGIONS = /(?<![\w〔（(.-])(?:22\d{4}|3702\d{0,2})(?![\w〕.-])/g
const NAMES = /(?<![\w.-])[A-Z]{2,}(?:_[A-Z]+)+(?![\w.-])|(?<![\w.-])[A-Z]{4,}(?![\w.-])/g
const MEANT = new Set(['JPEG', 'JSON', 'ATOM', 'HTTP', 'HTTPS', 'WCAG', 'XLSX', 'SHA-256', 'CERTIFIED'])
/** Numbers of enterprise standards, with the firm's letters: Q/AMEL 0008S—2024. */
const STANDARDS = /Q\/[A-Z]{2,8}(?= \d)/g
/** Columns as an agency heads them, in rejects. */
const COLUMNS = /^(?:CF|XK)_/
const WORDS = /本项目|凭记忆|手填|黑名单/g
/** Three English words in a row. */
const ENGLISH = /[A-Za-z]*[a-z]{2,}(?: [a-z]{2,}){2,}/g

export const deniedWordsIn = (text: string, { draft = false } = {}): string[] =>
  [IDS, REGIONS, NAMES, WORDS, ENGLISH]
    .flatMap((pattern) =>
      [...text.replaceAll('电子商务领域黑名单', '').replaceAll(STANDARDS, '').matchAll(pattern)].map(([word]) => word),
    )
    .filter((word) => !MEANT.has(word) && !COLUMNS.test(word) && !(draft && word === '手填'))

/** The text of a page without code blocks, data and hidden markup. */
export const textOfPage = (html: string): string =>
  html
    .replace(/<(pre|code|style|script|textarea|kbd)\b[^>]*>[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&(?:amp|lt|gt|quot|#39);/g, ' ')
