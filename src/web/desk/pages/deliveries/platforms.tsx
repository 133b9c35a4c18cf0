import { useApolloClient } from '@apollo/client/react'
import { Button } from 'antd'
import { useMemo } from 'react'
import { Link } from 'react-router'
import { CHART_AXIS, Chart, type ChartOption } from '../../pieces/chart.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { agoText, instantText } from '../../pieces/dates.js'
import { formatNumber } from '../../pieces/numbers.js'
import { PlainTable } from '../../pieces/plain-table.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { COLOURS } from '../../theme.js'
import {
  DeclareWipedDocument,
  PausePlatformDocument,
  type PlatformsQuery,
  ResumePlatformDocument,
} from './deliveries.generated.js'

type PlatformPanel = PlatformsQuery['platforms'][number]

const BAR_PX = 40
const LEAST_WIDTH = 5
const FRAME_PX = 60

interface PanelsProps {
  of: readonly PlatformPanel[]
  only: PlatformPanel | null
  onOnly: (id: string) => void
  onDone: () => void
}

export const PlatformPanels = ({ of, only, onOnly, onDone }: PanelsProps) =>
  only === null ? (
    <div className="panels compact" style={{ marginBottom: '1.25rem' }}>
      <Backlog of={of} />
      {of.map((platform) => (
        <Panel key={platform.id} of={platform} onOnly={onOnly} onDone={onDone} />
      ))}
    </div>
  ) : (
    <div className="panels compact" style={{ marginBottom: '1.25rem' }}>
      <Panel of={only} isAlone onOnly={onOnly} onDone={onDone} />
    </div>
  )

const owedOf = ({ outstanding, refused }: PlatformPanel): number => outstanding - refused

const backlogCells = (one: PlatformPanel): string[] => [
  one.name.zh,
  formatNumber(owedOf(one)),
  formatNumber(one.refused),
  agoText(one.oldestOutstandingAt),
]

const Backlog = ({ of }: { of: readonly PlatformPanel[] }) => {
  const option = useMemo<ChartOption>(
    () => ({
      grid: { left: 8, right: 40, top: 32, bottom: 8, containLabel: true },
      legend: { top: 0, left: 0, textStyle: { color: COLOURS.ink } },
      tooltip: { trigger: 'axis', axisPointer: { type: 'shadow' } },
      xAxis: {
        type: 'value',
        minInterval: 1,
        max: ({ max }: { max: number }) => Math.max(max, LEAST_WIDTH),
        ...CHART_AXIS,
      },
      yAxis: {
        type: 'category',
        inverse: true,
        data: of.map(({ name }) => name.zh),
        ...CHART_AXIS,
        axisLabel: { color: COLOURS.ink, width: 150, overflow: 'truncate' },
        axisTick: { show: false },
      },
      series: [
        { name: '待确认', type: 'bar', stack: 'all', data: of.map(owedOf), itemStyle: { color: COLOURS.main } },
        {
          name: '被拒收',
          type: 'bar',
          stack: 'all',
          data: of.map(({ refused }) => refused),
          itemStyle: { color: COLOURS.bad },
        },
      ],
    }),
    [of],
  )
  const isEmpty = of.every(({ outstanding }) => outstanding === 0)
  return (
    <section className="panel wide" aria-label="各平台积压">
      <h2>积压</h2>
      {isEmpty ? (
        <p className="good">各平台都已确认，没有积压。</p>
      ) : (
        <Chart label="各平台积压的推送（件）" option={option} height={of.length * BAR_PX + FRAME_PX}>
          <PlainTable
            label="各平台积压的推送"
            columns={[
              { title: '平台' },
              { title: '待确认', align: 'right' },
              { title: '被拒收', align: 'right' },
              { title: '最早应报' },
            ]}
            rows={of.map((one) => ({
              key: one.id,
              cells: backlogCells(one),
            }))}
          />
        </Chart>
      )}
    </section>
  )
}

interface PanelProps {
  of: PlatformPanel
  isAlone?: boolean
  onOnly: (id: string) => void
  onDone: () => void
}

const Panel = ({ of, isAlone = false, onOnly, onDone }: PanelProps) => (
  <section className={isAlone ? 'panel wide' : 'panel'} aria-label={of.name.zh}>
    <h2>{of.name.zh}</h2>
    {isAlone ? (
      <Button type="link" className="flush" onClick={() => onOnly('')}>
        看全部平台
      </Button>
    ) : (
      <Button type="link" className="flush" onClick={() => onOnly(of.id)}>
        只看{of.name.zh}
      </Button>
    )}
    <State of={of} />
    <dl className="stats">
      <div>
        <dt>待确认</dt>
        <dd>{formatNumber(owedOf(of))}</dd>
      </div>
      <div>
        <dt>被拒收</dt>
        <dd className={of.refused > 0 ? 'bad' : ''}>{formatNumber(of.refused)}</dd>
      </div>
      <div>
        <dt>最早应报</dt>
        <dd title={instantText(of.oldestOutstandingAt)}>{agoText(of.oldestOutstandingAt)}</dd>
      </div>
      <div>
        <dt>最近确认</dt>
        <dd title={instantText(of.lastConfirmedAt)}>{agoText(of.lastConfirmedAt)}</dd>
      </div>
    </dl>
    <p className="soft">
      全省已确认 {formatNumber(of.confirmed)} 件；推送：
      {of.hears.map((kind) => labelOf('SubjectKind', kind)).join('、')}
    </p>
    <Codes of={of} />
    <Deeds of={of} onDone={onDone} />
    {isAlone && <Acts of={of} />}
  </section>
)

const State = ({ of }: { of: PlatformPanel }) => (
  <>
    {!of.configured && <p className="warn">未配置地址，所欠照记，配置后推送。</p>}
    {of.heldOnTrial && (
      <p className="warn">试运行：新增和变更留待声明正式运行后推送；地址是测试环境的，请在“本机关设置”中注明。</p>
    )}
    {of.paused && (
      <p className="warn">
        已暂停新增和变更：{of.paused.reason}（{of.paused.by}，{instantText(of.paused.at)}）
      </p>
    )}
    {of.openUntil && <p className="bad">连续失败，{instantText(of.openUntil)} 以前不呼叫。</p>}
    {of.wiped && of.filledAt === null && (
      <p className="warn">
        已声明内容丢失，下次推送时重新推送全部有效条目：{of.wiped.reason}（{of.wiped.by}，{instantText(of.wiped.at)}）
      </p>
    )}
  </>
)

const Codes = ({ of }: { of: PlatformPanel }) =>
  of.refusedByCode.length === 0 ? null : (
    <ul className="refusals" aria-label={`${of.name.zh}的拒收代码`}>
      {of.refusedByCode.map(({ count: n, advice }) => (
        <li key={advice.code} className="refused-by">
          <Link to={`/deliveries?state=REFUSED&platform=${of.id}&code=${encodeURIComponent(advice.code)}`}>
            {advice.code} · {formatNumber(n)} 件
          </Link>
          <div className="soft">{advice.zh}</div>
        </li>
      ))}
    </ul>
  )

const Deeds = ({ of, onDone }: { of: PlatformPanel; onDone: () => void }) => {
  const client = useApolloClient()
  if (!useMay('direct_platform')) return null
  const doing = (mutation: typeof PausePlatformDocument) => async (reason: string) => {
    await client.mutate({ mutation, variables: { platform: of.id, reason } })
    onDone()
  }
  const waiting = `现有 ${formatNumber(owedOf(of))} 件待确认`
  return (
    <div className="filters">
      {of.paused ? (
        <ConfirmButton
          action="恢复推送"
          button={{ size: 'small' }}
          danger={false}
          follows={[`下次推送起，暂停期间所欠的新增和变更依次发往${of.name.zh}；${waiting}`]}
          asks={{ label: '事由' }}
          onDo={doing(ResumePlatformDocument as never)}
        />
      ) : (
        <ConfirmButton
          action="暂停推送"
          button={{ danger: false, size: 'small' }}
          follows={[
            `新增和变更不再发往${of.name.zh}，所欠照记，恢复后补发；${waiting}`,
            '移出照常推送：不再公示的不因暂停而滞留',
            '期限照算，暂停期间可能逾期',
          ]}
          asks={{ label: '事由' }}
          onDo={doing(PausePlatformDocument)}
        />
      )}
      <ConfirmButton
        action="声明内容丢失"
        button={{ danger: false, size: 'small' }}
        follows={[
          `下次推送时，凡有效的条目以原业务键、下一序号重新推送${of.name.zh}（至今已确认 ${formatNumber(of.confirmed)} 件）`,
          '平台其实仍有的，会再收到一次新增',
          '声明不能撤销；只在平台确已丢失本枢纽所报全部内容时使用',
        ]}
        asks={{ label: '事由，如平台的通知文号' }}
        onDo={doing(DeclareWipedDocument as never)}
      />
    </div>
  )
}

const Acts = ({ of: { name, acts } }: { of: PlatformPanel }) =>
  acts.length === 0 ? null : (
    <>
      <h3>人工处理的经过</h3>
      <PlainTable
        label={`对${name.zh}的人工处理`}
        columns={[{ title: '时刻' }, { title: '处理' }, { title: '由谁' }, { title: '事由' }]}
        rows={acts.map(({ act, by, at, reason }) => ({
          key: `${at} ${act}`,
          cells: [instantText(at), labelOf('PlatformActName', act), by, reason],
        }))}
      />
    </>
  )
