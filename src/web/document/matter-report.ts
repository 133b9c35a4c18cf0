/** The monthly report for the office of the leading group (吉政办发〔2016〕15号, part three), made of a frozen issue alone. */

import { formatChineseDate } from '../../domain/listing/documents.js'
import {
  FIGURE_COLUMNS,
  type FigureCell,
  type FigureCounts,
  groupCells,
  placeOfSeat,
  sumFigures,
} from '../../domain/matters/figure-sums.js'
import { splitSeat } from '../../domain/matters/seats.js'
import type { Paper, PaperBlock } from '../../foundation/papers/paper.js'
import { addDays, addMonths, daysBetween, shanghaiDate } from '../../foundation/time/dates.js'
import type { FigureContent, MonthIssue } from '../../work/matters/figures.js'
import { PREFECTURES } from '../frame/prefectures.js'
import { monthWords } from '../words/months.js'

const CLIENTS = '平台和服务机构'
const NAME_SHARE = 5
const NUMBER_SHARE = 2

const PLACE_NAMES = new Map([
  ['220000', '省本级'],
  ...PREFECTURES.map(({ code, zh }) => [`${code}00`, zh === '延边' ? '延边州' : `${zh}市`] as const),
])

const numberTable = (
  columns: readonly string[],
  rows: readonly (readonly (string | number | null | undefined)[])[],
): PaperBlock => ({
  as: 'table',
  columns,
  widths: columns.map((_, i) => (i === 0 ? NAME_SHARE : NUMBER_SHARE)),
  rows: rows.map((cells) => cells.map((cell) => String(cell ?? '—'))),
})

const figureTable = (first: string, groups: readonly (FigureCounts & { name: string })[]): PaperBlock =>
  numberTable(
    [first, ...FIGURE_COLUMNS.map(({ zh }) => zh)],
    groups.map((group) => [group.name, ...FIGURE_COLUMNS.map(({ of }) => of(sumFigures(group)))]),
  )

export const composeMatterReport = ({ month, issue, madeAt, content }: MonthIssue): Paper => {
  const { kinds, departments } = content
  const sealed = kinds.filter(({ seatsOnly }) => seatsOnly).map(({ kind }) => kind)
  const cells = content.cells.filter(({ kind }) => !sealed.includes(kind))
  const by = (nameOf: (cell: FigureCell) => string, order: readonly string[]) =>
    groupCells(cells, (cell) => ({ name: nameOf(cell) })).toSorted(
      (a, b) => placeIn(order, a.name) - placeIn(order, b.name),
    )
  const text = monthWords(month)
  const section = (heading: string, ...blocks: PaperBlock[]): PaperBlock[] => [
    { as: 'heading', text: heading },
    ...blocks,
  ]
  return {
    title: `全省电子商务协作监管事项办理情况（${text}）`,
    madeAt,
    blocks: [
      { as: 'title', text: '全省电子商务协作监管事项办理情况' },
      { as: 'number', text: `${text}（第${issue}期${issue > 1 ? '，更正' : ''}）` },
      { as: 'line', text: '省打击侵犯知识产权和制售假冒伪劣商品工作领导小组办公室：' },
      { as: 'paragraph', text: `现将${text}全省各有关部门、各市（州）协作监管事项办理情况报告如下。` },
      ...section('一、总体情况', ...overview(content, cells, sealed)),
      ...section(
        '二、分种类办理情况',
        figureTable(
          '种类',
          by(
            ({ kind }) => kindName(content, kind),
            kinds.map(({ zh }) => zh),
          ),
        ),
        ...stepLines(content, cells),
      ),
      ...section(
        '三、各部门办理情况',
        figureTable(
          '部门',
          by(
            ({ seat }) => departments[splitSeat(seat).agency]?.zh ?? CLIENTS,
            Object.values(departments).map(({ zh }) => zh),
          ),
        ),
      ),
      ...section(
        '四、各市（州）办理情况',
        figureTable(
          '市（州）',
          by(({ seat }) => placeName(placeOfSeat(seat)), [...PLACE_NAMES.values()]),
        ),
      ),
      ...section('五、等待最久的事项', longestWaits(month, content)),
      ...section('六、质量承诺核查', ...checksOf(month, content)),
      ...section('七、试点地区', pilotTable(content)),
      { as: 'note', text: `${NOTE}规则版本 ${content.rules}。` },
      { as: 'right', text: '吉林省电子商务信用信息共享枢纽' },
      { as: 'right', text: formatChineseDate(shanghaiDate(madeAt)) },
    ],
    foot: `${text}协作监管事项办理情况`,
  }
}

const placeIn = (order: readonly string[], name: string): number => {
  const found = order.indexOf(name)
  return found === -1 ? order.length : found
}

const kindName = ({ kinds }: FigureContent, kind: string): string => kinds.find((one) => one.kind === kind)?.zh ?? kind

const placeName = (place: string): string => PLACE_NAMES.get(place) ?? '平台和外省'

const shareOf = (part: number, all: number): string => (all === 0 ? '—' : `${((part / all) * 100).toFixed(1)}%`)

const overview = (content: FigureContent, cells: readonly FigureCell[], sealed: readonly string[]): PaperBlock[] => {
  const [all] = groupCells(cells, () => ({})).map(sumFigures)
  if (all === undefined) return [{ as: 'paragraph', text: '本月没有移交、办理或者等待办理的协作事项。' }]
  const { opened, received, ended, open, inTime, late, overdue, extensions, restarts } = all
  const due = inTime + late + overdue
  const sealedTexts = sealed.map((kind) => {
    const handed = content.cells.filter((cell) => cell.kind === kind).reduce((n, cell) => n + cell.opened, 0)
    return `${kindName(content, kind)}${handed}件`
  })
  const texts = [
    `本月各单位移交协作事项${opened}件，收悉${received}件，办结${ended}件，月末未办结${open}件。` +
      `应答复的时限${due}项，其中按期答复${inTime}项、逾期答复${late}项、月末逾期未答复${overdue}项，按期答复率${shareOf(inTime, due)}。` +
      `时限延期${extensions}次，重新起算${restarts}次。`,
    ...(sealedTexts.length === 0 ? [] : [`另有${sealedTexts.join('、')}，依规定只计件数，不列入下列各表。`]),
  ]
  return texts.map((text) => ({ as: 'paragraph', text }))
}

const stepLines = (content: FigureContent, cells: readonly FigureCell[]): PaperBlock[] =>
  groupCells(cells, ({ kind }) => ({ kind })).flatMap(({ kind, steps }): PaperBlock[] => {
    const words = content.kinds.find((one) => one.kind === kind)
    const counted = Object.entries(words?.steps ?? {}).map(([code, { zh }]) => `${zh}${steps[code] ?? 0}件`)
    return counted.length === 0 ? [] : [{ as: 'paragraph', text: `${words?.zh}：${counted.join('，')}。` }]
  })

const longestWaits = (month: string, { kinds, organisations, waits }: FigureContent): PaperBlock => {
  const last = addDays(addMonths(`${month}-01`, 1), -1)
  if (waits.length === 0) return { as: 'paragraph', text: '月末没有等待答复的事项。' }
  return {
    as: 'table',
    columns: ['编号', '种类', '待办单位', '环节', '移交之日', '已等待', '期限'],
    widths: [5, 3, 6, 4, 4, 3, 4],
    rows: waits.map(({ number, kind, seat, state, since, dueOn }) => {
      const words = kinds.find((one) => one.kind === kind)
      const [name, waited] = [organisations[seat]?.zh ?? seat, `${daysBetween(since, last)}天`]
      return [number, words?.zh ?? kind, name, words?.states[state]?.zh ?? state, since, waited, dueOn ?? '—']
    }),
  }
}

const checksOf = (month: string, { checks = [] }: FigureContent): PaperBlock[] => {
  const rows = checks.map(({ prefecture, committed, checked }) => [
    PLACE_NAMES.get(prefecture ?? '') ?? '所在地不明或者外省',
    ...[committed, checked, shareOf(checked, committed)],
  ])
  const [committed, checked] = (['committed', 'checked'] as const).map((of) =>
    checks.reduce((n, row) => n + row[of], 0),
  )
  const total = ['合计', committed, checked, shareOf(checked ?? 0, committed ?? 0)]
  return [
    { as: 'paragraph', text: `${month.slice(0, 4)}年1月至月末，按信用信息统计，与是否布置无关。` },
    numberTable(['市（州）', '有承诺的主体', '其中经核查的', '核查率'], [...rows, total]),
  ]
}

const pilotTable = ({ pilots = [] }: FigureContent): PaperBlock =>
  numberTable(
    ['地区', '存续的经营者', '有承诺在期的', '承诺受过核查的', '现行自我声明标准（项）', '在严重失信名单的'],
    pilots.map(({ zh, registered, committed, checked, standards, listed }) => [
      ...[zh, registered, committed, checked, standards, listed],
    ]),
  )

const NOTE =
  '说明：按办理之日计入当月，计入办理后的承办单位；答复计入应答复的单位。依据未经核实的时限不计入按期和逾期。办结天数自移交之日起计。各月数字冻结后不再改动，更正另出一期；核查和试点的数字以制表之日在册信息为准。'
