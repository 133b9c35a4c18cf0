import { useApolloClient } from '@apollo/client/react'
import { useState } from 'react'
import { Link } from 'react-router'
import { ConfirmButton } from '../../pieces/confirm.js'
import { LabelledField } from '../../pieces/field.js'
import { type MatterQuery, ReadReporterDocument, type ReadReporterMutation } from './matters.generated.js'

interface ReporterPanelProps {
  id: string
  content: Pick<NonNullable<NonNullable<MatterQuery['matter']>['content']>, 'hasContact' | 'alike'>
}

export const ReporterPanel = ({ id, content: { hasContact, alike } }: ReporterPanelProps) => {
  const client = useApolloClient()
  // Null: the contact is past its term.
  const [told, setTold] = useState<ReadReporterMutation['readReporter']>()
  if (!hasContact && alike.length === 0) return null
  const read = async (reason: string) => {
    const variables = { input: { matter: id, reason } }
    const { data } = await client.mutate({ mutation: ReadReporterDocument, variables, fetchPolicy: 'no-cache' })
    setTold(data?.readReporter ?? null)
  }
  return (
    <section className="panel no-print" aria-labelledby="reporter">
      <h2 id="reporter">线索提供人</h2>
      {hasContact && told === undefined && (
        <ConfirmButton
          action="查看联系方式"
          danger={false}
          asks={{ label: '查看的事由' }}
          follows={[
            '显示线索提供人自愿留下的称呼和联系方式。',
            '这次查看连同事由记入查询痕迹。',
            '只用于核实本线索，不得告知被反映的经营者或者其他人。',
          ]}
          onDo={read}
        />
      )}
      {told && (
        <dl className="fields">
          <LabelledField label="称呼">{told.name || '未留'}</LabelledField>
          <LabelledField label="联系方式">{told.contact || '未留'}</LabelledField>
        </dl>
      )}
      {told === null && <p>联系方式已过保存期限，已删除。</p>}
      {alike.length > 0 && (
        <>
          <p>三十日内反映同一店铺或者内容相同的线索，是否并案由您决定：</p>
          <ul className="lines">
            {alike.map((one) => (
              <li key={one.matter}>
                <Link to={`/matters/${one.matter}`}>{one.number}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}
