import { Button, DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useId } from 'react'
import { useNavigate, useParams } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { OperatorCode, operatorCodeOf } from '../../pieces/code.js'
import { instantText } from '../../pieces/dates.js'
import { LoadingNotice } from '../../pieces/empty.js'
import { contestText } from '../../pieces/objection.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { type OperatorFile, useOperatorFile } from './file.js'
import { IdentityPanel } from './identity.js'
import { ListingsPanel } from './listings.js'
import { PartyAccessPanel } from './party-access.js'
import { AskersPanel, RecordsPanel } from './records.js'
import { ScorePanel } from './score.js'
import { type TimeAxis, TimePanel } from './time.js'

/** An `asOf` before this year means that a source was never fully pulled. */
const LONG_AGO = '1971'

export default function OperatorPage() {
  const { code = '' } = useParams()
  const navigate = useNavigate()
  const [asked, ask] = useAddressState({ asOf: '', knownAt: '', by: 'held' })
  const { asOf, knownAt } = asked
  const { file, isMissing, isLoading, error, again } = useOperatorFile({ code, asOf, knownAt })
  const search = new URLSearchParams(Object.entries({ asOf, knownAt }).filter(([, value]) => value !== '')).toString()
  const title = file?.name ?? (isMissing ? '没有这个经营者' : code)
  return (
    <>
      <PageHead
        title={title}
        under="/operators"
        extra={
          file && (
            <Button
              onClick={() => void navigate(`/operator/${encodeURIComponent(code)}/report${search ? `?${search}` : ''}`)}
            >
              公共信用信息报告
            </Button>
          )
        }
      >
        {file && <Standing of={file} />}
        <form className="filters" aria-label="所问的时间">
          <Day label="事实截至" value={asOf} onChange={(asOf) => ask({ asOf })} />
          <Day label="按当时所知" value={knownAt} onChange={(knownAt) => ask({ knownAt })} />
          {(asOf || knownAt) && <Button onClick={() => ask({ asOf: '', knownAt: '' })}>回到现在</Button>}
        </form>
      </PageHead>
      {(asOf || knownAt) && (
        <p className="past" role="status">
          以下为{asOf ? ` ${asOf} 当日` : '现在'}的状况{knownAt ? `，按枢纽在 ${knownAt} 日终所知` : ''}。
        </p>
      )}
      {error !== null && <RefusalNotice of={error} onAgain={again} />}
      {isMissing && !isLoading && <p>没有代码为 {code} 的经营者，或者当时尚不为枢纽所知，或者您无权查看。</p>}
      {isLoading && file === null && <LoadingNotice of="档案" />}
      {file && (
        <div className="panels" aria-busy={isLoading}>
          <IdentityPanel of={file} />
          <ScorePanel of={file} {...(!asOf && !knownAt && { onChange: again })} />
          <ListingsPanel of={file} />
          <TimePanel of={file} by={asked.by as TimeAxis} onBy={(by) => ask({ by })} />
          <RecordsPanel of={file} />
          {!asOf && !knownAt && <PartyAccessPanel of={file} />}
          {file.askedBy && <AskersPanel of={file.askedBy} />}
        </div>
      )}
    </>
  )
}

const Day = ({ label, value, onChange }: { label: string; value: string; onChange: (day: string) => void }) => {
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <DatePicker
        id={id}
        value={value === '' ? null : dayjs(value)}
        onChange={(picked) => onChange(picked?.format('YYYY-MM-DD') ?? '')}
        placeholder="现在"
        maxDate={dayjs()}
      />
    </>
  )
}

const Standing = ({ of }: { of: OperatorFile }) => {
  const { standing, registrationStatus } = of
  return (
    <p className="standing">
      <OperatorCode of={operatorCodeOf(of)} />
      <span>{labelOf('StandingStatus', standing.status)}</span>
      <span>{labelOf('RegistrationStatus', registrationStatus)}</span>
      {standing.grade !== null && (
        <b>
          {standing.grade} 级 · {standing.score} 分{standing.overridden ? '（经人工调整）' : ''}
        </b>
      )}
      {standing.listed ? <b className="bad">在公示的失信名单上</b> : <span className="good">不在公示的失信名单上</span>}
      {standing.objected && <span className="warn">{contestText(of.objections)}</span>}
      <span className={standing.stale ? 'warn' : 'soft'}>
        {standing.asOf < LONG_AGO ? '有数据源从未完整拉取' : `数据截至 ${instantText(standing.asOf)}`}
        {standing.stale ? '，已陈旧' : ''}
      </span>
    </p>
  )
}
