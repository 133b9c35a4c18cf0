import { useApolloClient } from '@apollo/client/react'
import { Alert } from 'antd'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { platformNameIn } from '../../pieces/platform-names.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { type PlatformsQuery, ReleaseRestoredDocument } from './deliveries.generated.js'

interface RestoredProps {
  of: NonNullable<PlatformsQuery['databaseRestored']>
  names: ReadonlyMap<string, string>
  onDone: () => void
}

export const RestoredNotice = ({ of, names, onDone }: RestoredProps) => {
  const client = useApolloClient()
  const mayRelease = useMay('release_restored')
  const waits = of.compared.filter(({ at }) => at === null).map(({ platform }) => platformNameIn(names, platform))
  return (
    <section aria-label="数据库由备份恢复" style={{ marginBottom: '1rem' }}>
      <Alert
        type="error"
        showIcon
        title={`数据库由备份恢复（${instantText(of.foundAt)} 发现），新增和变更已停发，移出照常`}
        description={
          <>
            <p>
              {labelOf('RestoredCause', of.cause)}。库外记录的最大推送号 {of.deliveries.noted ?? '—'}，数据库所有{' '}
              {of.deliveries.had}。{of.said && `${of.saidBy}：${of.said}`}
            </p>
            <p>
              {waits.length === 0
                ? '各平台均已比对，可以解除。'
                : `尚待比对：${waits.join('、')}。每个已配置的平台都正常比对过，才能解除。`}
            </p>
            {mayRelease && (
              <ConfirmButton
                action="解除停发"
                disabled={waits.length > 0}
                hint={waits.length > 0 ? '还有平台未比对' : ''}
                follows={['新增和变更照常推送，序号接在已知最大者之后', '由谁、因何解除记录在案']}
                asks={{ label: '事由' }}
                onDo={async (reason) => {
                  await client.mutate({ mutation: ReleaseRestoredDocument, variables: { reason } })
                  onDone()
                }}
              />
            )}
          </>
        }
      />
    </section>
  )
}
