/** The monthly report for the office of the leading group (吉政办发〔2016〕15号, part three), made of a frozen issue alone. */

import { formatChineseDate } from '../../domain/listing/documents.js'
import {
  type FigureCell,
  type FigureCounts,
  groupCells,
  percentileOf,
  placeOfSeat,
} from '../../domain/matters/figures.js'
import { splitSeat } from '../../domain/matters/seats.js'
import type { Paper, PaperBlock } from '../../foundation/papers/paper.js'
import { addDays, addMonths, daysBetween, shanghaiDate } from '../../foundation/time/dates.js'
import type { MonthIssue } from '../../work/matters/figures.js'
import { PREFECTURES } from '../frame/prefectures.js'

const NINE_TENTHS = 0.9

const sumOf = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0)

const COLUMNS: readonly [heading: string, cell: (of: FigureCounts) => number | string | null][] = [
  ['移交', ({ opened }) => opened],
  ['办结', ({ outcomes }) => sumOf(outcomes)],
  ['按期', ({ inTime }) => inTime],
  ['逾期', ({ late }) => late],
  ['逾期未答', ({ overdue }) => overdue],
  ['月末未结', ({ open }) => open],
  ['中位天数', ({ days }) => percentileOf(days, 0.5)],
  ['90分位', ({ days }) => percentileOf(days, NINE_TENTHS)],
]

const tableOf = (first: string, groups: readonly (FigureCounts & { name: string })[]): PaperBlock => ({
  as: 'table',
  columns: [first, ...COLUMNS.map(([heading]) => heading)],
  widths: [7, ...COLUMNS.map(() => 2.6)],
  rows: groups.map((of) => [of.name, ...COLUMNS.map(([, cell]) => String(cell(of) ?? '—'))]),
})

const CLIENTS = '平台和服务机构'

export const composeMatterReport = ({ month, issue, madeAt, content }: MonthIssue): Paper => {
  const { kinds, departments } = content
  const isSealed = (kind: string) => kinds.find((one) => one.kind === kind)?.seatsOnly ?? false
  const cells = content.cells.filter(({ kind }) => !isSealed(kind))
  const by = (nameOf: (cell: FigureCell) => string, order: readonly string[]) =>
    groupCells(cells, (cell) => ({ name: nameOf(cell) })).toSorted(
      (a, b) => placeIn(order, a.name) - placeIn(order, b.name),
    )
  const departmentOf = ({ seat }: FigureCell) => departments[splitSeat(seat).agency]?.zh ?? CLIENTS
  const text = `${Number(month.slice(0, 4))}年${Number(month.slice(5))}月`
  return {
    title: `全省电子商务协作监管事项办理情况（${text}）`,
    madeAt,
    blocks: [
      { as: 'title', text: '全省电子商务协作监管事项办理情况' },
      { as: 'number', text: `${text}（第${issue}期${issue > 1 ? '，更正' : ''}）` },
      { as: 'line', text: '省打击侵犯知识产权和制售假冒伪劣商品工作领导小组办公室：' },
      { as: 'paragraph', text: `现将${text}全省各有关部门、各市（州）协作监管事项办理情况报告如下。` },
      ...overview({ month, content }, cells),
      { as: 'heading', text: '二、分种类办理情况' },
      tableOf(
        '种类',
        by(
          ({ kind }) => kindName(content, kind),
          kinds.map(({ zh }) => zh),
        ),
      ),
      ...stepLines(content, cells),
      { as: 'heading', text: '三、各部门办理情况' },
      tableOf(
        '部门',
        by(
          departmentOf,
          Object.values(departments).map(({ zh }) => zh),
        ),
      ),
      { as: 'heading', text: '四、各市（州）办理情况' },
      tableOf(
        '市（州）',
        by(({ seat }) => placeName(placeOfSeat(seat)), [...PLACE_NAMES.values()]),
      ),
      ...longestWaits({ month, content }),
      ...notes(content),
      { as: 'right', text: '吉林省电子商务信用信息共享枢纽' },
      { as: 'right', text: formatChineseDate(shanghaiDate(madeAt)) },
    ],
    foot: `${text}协作监管事项办理情况`,
  }
}

type Month = Pick<MonthIssue, 'month' | 'content'>

const placeIn = (order: readonly string[], name: string): number => {
  const found = order.indexOf(name)
  return found === -1 ? order.length : found
}

const kindName = ({ kinds }: MonthIssue['content'], kind: string): string =>
  kinds.find((one) => one.kind === kind)?.zh ?? kind

const PLACE_NAMES = new Map([
  ['220000', '省本级'],
  ...PREFECTURES.map(({ code, zh }) => [`${code}00`, zh === '延边' ? '延边州' : `${zh}市`] as const),
])

const placeName = (place: string): string => PLACE_NAMES.get(place) ?? '平台和外省'

const overview = ({ month, content }: Month, cells: readonly FigureCell[]): PaperBlock[] => {
  const [all] = groupCells(cells, () => ({}))
  const answered = (all?.inTime ?? 0) + (all?.late ?? 0) + (all?.overdue ?? 0)
  const share = answered === 0 ? '' : `，按期答复率${(((all?.inTime ?? 0) / answered) * 100).toFixed(1)}%`
  const sealed = content.kinds.filter(({ seatsOnly }) => seatsOnly)
  const sealedTexts = sealed.map(({ kind, zh }) => {
    const opened = content.cells.filter((cell) => cell.kind === kind).reduce((n, cell) => n + cell.opened, 0)
    return `${zh}${opened}件`
  })
  return [
    { as: 'heading', text: '一、总体情况' },
    {
      as: 'paragraph',
      text:
        `${Number(month.slice(5))}月，各单位移交协作事项${all?.opened ?? 0}件，收悉${all?.received ?? 0}件，办结${sumOf(all?.outcomes ?? {})}件，月末未办结${all?.open ?? 0}件。` +
        `应答复的时限${answered}项，其中按期答复${all?.inTime ?? 0}项、逾期答复${all?.late ?? 0}项、月末逾期未答复${all?.overdue ?? 0}项${share}。` +
        `时限延期${all?.extensions ?? 0}次，重新起算${all?.restarts ?? 0}次。`,
    },
    ...(sealedTexts.length === 0
      ? []
      : [{ as: 'paragraph' as const, text: `另有${sealedTexts.join('、')}，依规定只计件数，不列入下列各表。` }]),
  ]
}

const stepLines = (content: MonthIssue['content'], cells: readonly FigureCell[]): PaperBlock[] =>
  content.kinds.flatMap(({ kind, zh, steps }): PaperBlock[] => {
    const [all] = groupCells(
      cells.filter((cell) => cell.kind === kind),
      () => ({}),
    )
    const counted = Object.entries(steps).map(([code, name]) => `${name.zh}${all?.steps[code] ?? 0}件`)
    return counted.length === 0 || all === undefined
      ? []
      : [{ as: 'paragraph', text: `${zh}：${counted.join('，')}。` }]
  })

const longestWaits = ({ month, content }: Month): PaperBlock[] => {
  const last = addDays(addMonths(`${month}-01`, 1), -1)
  return [
    { as: 'heading', text: '五、等待最久的事项' },
    ...(content.waits.length === 0
      ? [{ as: 'paragraph' as const, text: '月末没有等待答复的事项。' }]
      : [
          {
            as: 'table' as const,
            columns: ['编号', '种类', '待办单位', '环节', '移交之日', '已等待', '期限'],
            widths: [5, 3, 6, 4, 4, 3, 4],
            rows: content.waits.map(({ number, kind, seat, state, since, dueOn }) => {
              const words = content.kinds.find((one) => one.kind === kind)
              const name = content.organisations[seat]?.zh ?? seat
              const waited = `${daysBetween(since, last)}天`
              return [number, words?.zh ?? kind, name, words?.states[state]?.zh ?? state, since, waited, dueOn ?? '—']
            }),
          },
        ]),
  ]
}

const notes = ({ rules }: MonthIssue['content']): PaperBlock[] => [
  {
    as: 'note',
    text: `说明：按办理之日计入当月，计入办理后的承办单位；答复计入应答复的单位。依据未经核实的时限不计入按期和逾期。办结天数自移交之日起计。各月数字冻结后不再改动，更正另出一期。规则版本 ${rules}。`,
  },
]
