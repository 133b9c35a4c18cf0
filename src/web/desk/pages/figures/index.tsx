import { useQuery } from '@apollo/client/react'
import { Select } from 'antd'
import { useMemo } from 'react'
import { FIGURE_COLUMNS } from '../../../../domain/matters/figure-sums.js'
import { monthWords } from '../../../words/months.js'
import { useAddressState } from '../../pieces/address.js'
import { BAR_PX, BARS_FRAME_PX, Chart, stackedBars } from '../../pieces/chart.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PageHead } from '../../pieces/page.js'
import { placeWords } from '../../pieces/places.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { COLOURS } from '../../theme.js'
import { MatterFigureIssuesDocument, MatterFiguresDocument, type MatterFiguresQuery } from './figures.generated.js'

type Figure = MatterFiguresQuery['matterFigures'][number]

const GROUPINGS = [
  { value: 'ORGANISATION', label: '按单位' },
  { value: 'REGION', label: '按市州' },
  { value: 'KIND', label: '按种类' },
] as const

export default function MatterFiguresPage() {
  const { data, error, refetch } = useQuery(MatterFigureIssuesDocument)
  const [{ at, by }, ask] = useAddressState({ at: '', by: 'ORGANISATION' })
  const issues = data?.matterFigureIssues ?? []
  const chosen = issues.find(({ month, issue }) => `${month}/${issue}` === at) ?? issues[0]
  return (
    <>
      <PageHead
        title="事项统计"
        extra={
          chosen && (
            <>
              <Select
                aria-label="月份和期次"
                value={`${chosen.month}/${chosen.issue}`}
                onChange={(at: string) => ask({ at }, { push: true })}
                options={issues.map(({ month, issue }) => ({
                  value: `${month}/${issue}`,
                  label: issue === 1 ? monthWords(month) : `${monthWords(month)}第 ${issue} 期（更正）`,
                }))}
                style={{ width: '15rem' }}
              />
              <Select
                aria-label="分组"
                value={by}
                onChange={(by: string) => ask({ by }, { push: true })}
                options={[...GROUPINGS]}
                style={{ width: '7rem' }}
              />
            </>
          )
        }
      >
        <p className="soft">每月结束后冻结；补登使数字有变的，另出一期。依据未经核实的时限不计入按期和逾期。</p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {data === undefined && !error && <LoadingNotice of="各期统计" />}
      {data !== undefined && chosen === undefined && <EmptyNotice>还没有已结束月份的统计。</EmptyNotice>}
      {chosen !== undefined && <Issue {...chosen} by={by as (typeof GROUPINGS)[number]['value']} />}
    </>
  )
}

interface IssueProps {
  month: string
  issue: number
  by: (typeof GROUPINGS)[number]['value']
}

const Issue = ({ month, issue, by }: IssueProps) => {
  const { data, error, refetch } = useQuery(MatterFiguresDocument, { variables: { month, issue, by } })
  const kinds = useQuery(MatterFiguresDocument, { variables: { month, issue, by: 'KIND' } })
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  if (data === undefined) return <LoadingNotice of="统计" />
  return (
    <div className="panels">
      <Answers of={kinds.data?.matterFigures ?? []} month={month} />
      <section className="panel wide" aria-label="各项数字">
        <h2>各项数字</h2>
        <p>
          <a href={`/v1/matters.csv?month=${month}&issue=${issue}`}>下载{monthWords(month)}的表格（CSV）</a>
        </p>
        {data.matterFigures.length === 0 ? (
          <EmptyNotice>本月没有协作事项。</EmptyNotice>
        ) : (
          <PlainTable
            label={`${monthWords(month)}各项数字`}
            columns={[
              { title: '种类' },
              ...FIRST[by],
              ...FIGURE_COLUMNS.map(({ zh }) => ({ title: zh, align: 'right' as const })),
              { title: '结果和环节' },
            ]}
            rows={data.matterFigures.map((one) => ({
              key: `${one.kind} ${one.seat} ${one.region}`,
              cells: [
                one.kindName.zh,
                ...(by === 'KIND' ? [] : [by === 'REGION' ? placeOf(one) : (one.organisation?.zh ?? '全省')]),
                ...FIGURE_COLUMNS.map(({ of }) => of(one)?.toLocaleString('zh-CN') ?? '—'),
                [...one.outcomes, ...one.steps].map(({ name, n }) => `${name.zh} ${n}`).join('；'),
              ],
            }))}
          />
        )}
      </section>
    </div>
  )
}

const placeOf = ({ region }: Figure): string => (region == null ? '平台和外省' : placeWords(region))

const FIRST = { ORGANISATION: [{ title: '单位' }], REGION: [{ title: '市州' }], KIND: [] }

const PARTS = [
  { key: 'inTime', name: '按期', color: COLOURS.good },
  { key: 'late', name: '逾期', color: COLOURS.main },
  { key: 'overdue', name: '逾期未答', color: COLOURS.bad },
] as const

const Answers = ({ of, month }: { of: readonly Figure[]; month: string }) => {
  const answered = useMemo(() => of.filter((one) => PARTS.some(({ key }) => one[key] > 0)), [of])
  const option = useMemo(
    () =>
      stackedBars(
        answered.map(({ kindName }) => kindName.zh),
        PARTS.map(({ key, ...part }) => ({ ...part, data: answered.map((one) => one[key]) })),
      ),
    [answered],
  )
  if (answered.length === 0) return null
  return (
    <section className="panel wide" aria-label="各种类的答复">
      <h2>各种类的答复</h2>
      <Chart
        label={`${monthWords(month)}各种类应有答复的时限（项）`}
        option={option}
        height={answered.length * BAR_PX + BARS_FRAME_PX}
      >
        <PlainTable
          label={`${monthWords(month)}各种类的答复`}
          columns={[{ title: '种类' }, ...PARTS.map(({ name }) => ({ title: name, align: 'right' as const }))]}
          rows={answered.map((one) => ({
            key: one.kind,
            cells: [one.kindName.zh, ...PARTS.map(({ key }) => formatNumber(one[key]))],
          }))}
        />
      </Chart>
    </section>
  )
}
