import { useQuery } from '@apollo/client/react'
import { Alert, Button } from 'antd'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { HubFindingsDocument, type HubFindingsQuery } from './doctor.generated.js'

const TONE = { FAULT: 'error', WARNING: 'warning', NOTE: 'info' } as const

const CODE = /([A-Z]+(?:_[A-Z]+)+|\bhub(?: [a-z]+)+)/

const withCode = (text: string) => (
  <>
    {text.split(CODE).map((part, i) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
      i % 2 === 1 ? <code key={i}>{part}</code> : part,
    )}
  </>
)

const Lacking = ({ of }: { of: HubFindingsQuery['hubFindings'] }) => {
  const faults = of.filter(({ severity }) => severity === 'FAULT').length
  const warnings = of.filter(({ severity }) => severity === 'WARNING').length
  if (faults + warnings === 0)
    return (
      <Alert type="success" showIcon title={of.length === 0 ? '没有缺项，一切正常。' : '没有缺项；以下只是说明。'} />
    )
  const parts = [
    ...(faults > 0 ? [`${faults} 项须即处理`] : []),
    ...(warnings > 0 ? [`${warnings} 项在正式运行前处理`] : []),
  ]
  return (
    <Alert
      type={faults > 0 ? 'error' : 'warning'}
      showIcon
      title={`缺项 ${faults + warnings} 项：${parts.join('，')}。`}
    />
  )
}

export default function DoctorPage() {
  const { data, loading, error, refetch } = useQuery(HubFindingsDocument)
  const findings = (data as HubFindingsQuery | undefined)?.hubFindings
  return (
    <>
      <PageHead
        title="检查"
        extra={
          <Button loading={loading} onClick={() => void refetch()}>
            重新检查
          </Button>
        }
      >
        <p className="soft">
          枢纽缺什么、错在哪里、如何补救；服务器上用 <code>hub doctor</code> 得到相同的结果。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {findings === undefined && !error && <LoadingNotice of="检查结果" />}
      <div className="stack">
        {findings && <Lacking of={findings} />}
        {findings?.map(({ id, severity, words, next }) => (
          <Alert
            key={id}
            type={TONE[severity]}
            showIcon
            title={withCode(`${labelOf('FindingSeverity', severity)}：${words.zh}`)}
            description={withCode(next.zh)}
          />
        ))}
      </div>
    </>
  )
}
