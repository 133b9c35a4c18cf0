import { useQuery } from '@apollo/client/react'
import { Alert, Button } from 'antd'
import { LoadingNotice } from '../../../pieces/empty.js'
import { PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { labelOf } from '../../../pieces/words.js'
import { HubFindingsDocument, type HubFindingsQuery } from './doctor.generated.js'

const TONE = { FAULT: 'error', WARNING: 'warning', NOTE: 'info' } as const

/** Settings of the environment and commands of the server. */
const CODE = /([A-Z]+(?:_[A-Z]+)+|\bhub(?: [a-z]+)+)/

const withCode = (text: string) => (
  <>
    {text.split(CODE).map((part, i) =>
      // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
      i % 2 === 1 ? <code key={i}>{part}</code> : part,
    )}
  </>
)

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
      {findings?.length === 0 && <Alert type="success" showIcon title="一切正常" />}
      <div className="stack">
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
