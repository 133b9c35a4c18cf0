import { isPrintableAsIs, PAPER_TYPES } from '../../foundation/papers/inspect.js'
import type { EmbeddedFile, Paper, PaperBlock } from '../../foundation/papers/paper.js'
import type { ExportWords } from '../exports/rows.js'
import { nameOfDivision } from '../words/division-names.js'
import type { CaseFileCopy, CaseFileData } from './query.js'

const INSTANT = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' })
const instant = (at: string | null): string => (at === null ? '—' : INSTANT.format(new Date(at)))
const text = (value: string | null | undefined): string => (value == null || value === '' ? '—' : value)

export const makeCaseFilePaper = (
  file: CaseFileData,
  copies: readonly CaseFileCopy[],
  words: ExportWords,
  { madeAt, madeBy }: { madeAt: Date; madeBy: string },
): Paper => ({
  title: `案卷：${text(file.operator.name)}`,
  madeAt,
  foot: `${text(file.operator.name)} · ${instant(madeAt.toISOString())} 由 ${madeBy} 导出`,
  blocks: [
    { as: 'title', text: '名单案卷' },
    { as: 'number', text: text(file.operator.name) },
    ...table('一、案件', ['项目', '内容'], [1, 3], describeCase(file, words)),
    ...table(
      '二、所依据的处罚决定',
      ['项目', '内容'],
      [1, 3],
      file.penalty === null ? [] : describePenalty(file.penalty),
    ),
    ...listSteps(file, words),
    ...listDeadlines(file, words),
    ...listPapers(file),
    ...listCopies(copies),
    ...listConcernsAndDeliveries(file, words),
    ...file.documents.flatMap(appendPaper),
    ...copies.flatMap(appendImage),
  ],
  files: copies.flatMap(embedCopy),
})

const table = (
  title: string,
  columns: readonly string[],
  widths: readonly number[],
  rows: readonly (readonly string[])[],
): PaperBlock[] => [
  { as: 'heading', text: title },
  rows.length === 0 ? { as: 'paragraph', text: '没有。' } : { as: 'table', columns, widths, rows },
]

const describeCase = (file: CaseFileData, { labelOf }: ExportWords): [string, string][] => {
  const { operator } = file
  return [
    ['当事人', text(operator.name)],
    ['代码', text(operator.uscc ?? operator.shop)],
    ['类型', labelOf('OperatorKind', operator.kind)],
    ['登记地区', operator.region === null ? '—' : (nameOfDivision(operator.region) ?? operator.region)],
    ['名单', text(file.list?.name.zh)],
    ['状态', labelOf('ListingState', file.state)],
    ['经办人', text(file.keeper)],
    ['事由', text(file.reason)],
    ['列入依据', text(file.basis)],
    ['作出决定的机关', text(file.authority)],
    ['列入决定文号', text(file.documentNumber)],
    ['决定之日', text(file.decidedOn)],
    ['公示之日', text(file.publishedOn)],
    ['届满之日', text(file.endsOn)],
    ['移出之日', text(file.removedOn)],
    ['移出原因', file.removalReason === null ? '—' : labelOf('RemovalReason', file.removalReason)],
  ]
}

const describePenalty = (penalty: NonNullable<CaseFileData['penalty']>): [string, string][] => [
  ['文号', penalty.documentNumber],
  ['处罚机关', text(penalty.authority)],
  ['决定之日', text(penalty.decidedOn)],
  ['违法行为', text(penalty.violation)],
  ['罚款（元）', text(penalty.fineYuan)],
  ['较重行政处罚', penalty.heavy ? '是' : '否'],
]

const listSteps = ({ moves, handovers }: CaseFileData, { labelOf }: ExportWords): PaperBlock[] => [
  ...table(
    '三、办理经过',
    ['步骤', '办理日期', '办理人', '登记时间', '内容'],
    [2, 2, 2, 2, 4],
    moves.map((one) => [
      `${one.number}. ${labelOf('MoveName', one.move)}`,
      one.on,
      `${labelOf('MoverRole', one.role)} ${one.by}`,
      instant(one.recordedAt),
      describeAct(one.act),
    ]),
  ),
  ...(handovers.length === 0
    ? []
    : table(
        '经办人的移交',
        ['时间', '由', '至', '办理人', '说明'],
        [2, 1, 1, 1, 3],
        handovers.map(({ at, from, to, by, note }) => [instant(at), text(from), text(to), by, note]),
      )),
]

const listDeadlines = ({ deadlines }: CaseFileData, { labelOf }: ExportWords): PaperBlock[] =>
  table(
    '四、期限',
    ['期限', '起算', '最后一天', '状态', '办结', '依据'],
    [2, 2, 2, 2, 2, 4],
    deadlines.map((one) => [
      labelOf('DeadlineName', one.name),
      one.startsOn,
      one.dueOn,
      labelOf('DeadlineState', one.state),
      text(one.endedOn),
      `${one.rule.value} 个工作日，${one.rule.basis}`,
    ]),
  )

const listPapers = ({ documents, attachments }: CaseFileData): PaperBlock[] => [
  ...table(
    '五、文书目录',
    ['文书', '文号', '出具之日', '签章件的校验值（SHA-256）'],
    [2, 2, 1, 4],
    documents.map((one) => [
      one.title,
      text(one.number),
      text(one.issuedOn),
      one.signed?.sha256 ?? one.sha256 ?? '没有签章件，附草稿',
    ]),
  ),
  ...(attachments.length === 0
    ? []
    : table(
        '当事人所附的材料',
        ['存入', '字节', '校验值（SHA-256）'],
        [2, 1, 4],
        attachments.map(({ storedAt, bytes, sha256 }) => [instant(storedAt), String(bytes), sha256]),
      )),
]

const LEFT_OUT = {
  TOO_LARGE: '未收入：文件过大，请在案件页单独下载',
  NOT_SEEN: '未收入：导出人无权查看',
} as const

const nameOfFile = ({ title, type }: CaseFileCopy, i: number): string =>
  `${String(i + 1).padStart(2, '0')}-${title}.${PAPER_TYPES[type].extension}`

const isPrinted = ({ type, content }: CaseFileCopy): boolean => content !== null && isPrintableAsIs(type, content)

const howHeld = (copy: CaseFileCopy, i: number): string => {
  if (copy.leftOut !== null) return LEFT_OUT[copy.leftOut]
  return `原件随附：${nameOfFile(copy, i)}${isPrinted(copy) ? '，并印于附页' : ''}`
}

const listCopies = (copies: readonly CaseFileCopy[]): PaperBlock[] =>
  copies.length === 0
    ? []
    : [
        ...table(
          '签章件和材料的原件',
          ['文件', '字节', '校验值（SHA-256）', '收入情况'],
          [2, 1, 4, 3],
          copies.map((copy, i) => [copy.title, String(copy.bytes), copy.sha256, howHeld(copy, i)]),
        ),
        {
          as: 'note',
          text: '原件按存入时的字节嵌入本文件，在阅读器的“附件”栏打开；电子签章和校验值不因收入而改变。',
        },
      ]

const embedCopy = (copy: CaseFileCopy, i: number): EmbeddedFile[] =>
  copy.content === null
    ? []
    : [
        {
          name: nameOfFile(copy, i),
          mediaType: PAPER_TYPES[copy.type].mediaType,
          description: `${copy.title}，SHA-256 ${copy.sha256}`,
          content: copy.content,
        },
      ]

const appendImage = (copy: CaseFileCopy, i: number): PaperBlock[] =>
  copy.content !== null && isPrinted(copy)
    ? [{ as: 'page' }, { as: 'image', content: copy.content, caption: `附：${nameOfFile(copy, i)}` }]
    : []

const listConcernsAndDeliveries = ({ concerns, deliveries }: CaseFileData, words: ExportWords): PaperBlock[] => [
  ...table(
    '六、待核事项',
    ['缘由', '提出', '办结', '结果'],
    [3, 2, 2, 3],
    concerns.map((one) => [
      words.labelOf('ConcernCause', one.cause),
      instant(one.openedAt),
      one.settledAt === null ? '待办' : `${instant(one.settledAt)} ${text(one.settledBy)}`,
      text(one.note),
    ]),
  ),
  ...table(
    '七、向信用平台的推送',
    ['平台', '内容', '状态', '推送', '确认'],
    [3, 1, 2, 2, 2],
    deliveries.map((one) => [
      words.platformName(one.platform),
      words.labelOf('DeliveryAction', one.action),
      words.labelOf('DeliveryState', one.state),
      instant(one.sentAt),
      instant(one.confirmedAt),
    ]),
  ),
]

const ACT_WORDS: Record<string, string> = {
  documentNumber: '文号',
  reason: '事由',
  text: '内容',
  consentNumber: '同意电子送达的文书',
  endsOn: '届满之日',
}

const describeAct = (act: Readonly<Record<string, unknown>>): string =>
  Object.entries(ACT_WORDS)
    .flatMap(([name, label]) => (typeof act[name] === 'string' && act[name] !== '' ? [`${label}：${act[name]}`] : []))
    .join('；') || '—'

const appendPaper = ({ title, html, signed }: CaseFileData['documents'][number]): PaperBlock[] => [
  { as: 'page' },
  { as: 'note', text: signed === null ? '附：草稿，以签章的文书为准。' : '附：本系统的文本，签章件见目录所载校验值。' },
  { as: 'title', text: title },
  ...linesOfPage(html)
    .filter((line) => line !== title)
    .map((line): PaperBlock => ({ as: 'paragraph', text: line })),
]

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", nbsp: ' ' }

const linesOfPage = (html: string): string[] =>
  (/<article>([\s\S]*)<\/article>/.exec(html)?.[1] ?? html)
    .replace(/<\/(?:p|h1|h2|li)>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&([a-z]+|#39);/g, (whole, name: string) => ENTITIES[name] ?? whole)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
