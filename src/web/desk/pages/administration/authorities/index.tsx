import { useQuery } from '@apollo/client/react'
import { Button } from 'antd'
import { useState } from 'react'
import { EmptyNotice, LoadingNotice } from '../../../pieces/empty.js'
import { AnchoredPanel, PageHead } from '../../../pieces/page.js'
import { RefusalNotice } from '../../../pieces/refusal.js'
import { useMay } from '../../../session/session.js'
import { AuthoritiesDocument, type AuthoritiesQuery } from './authorities.generated.js'
import { AuthorityForm } from './form.js'
import { StatementFields, WaitingStatement } from './waiting.js'

type AuthorityRow = AuthoritiesQuery['authorities'][number]

export default function AuthoritiesPage() {
  const states = useMay('state_authority')
  const { data, loading, error, refetch } = useQuery(AuthoritiesDocument, { fetchPolicy: 'network-only' })
  const [edited, edit] = useState<AuthorityRow | 'NEW' | null>(null)
  const [words, setWords] = useState('')
  const done = (said: string) => {
    edit(null)
    setWords(said)
    void refetch()
  }
  const all = (data as AuthoritiesQuery | undefined)?.authorities ?? []
  return (
    <>
      <PageHead
        title="机关资料"
        extra={
          states && (
            <Button type="primary" onClick={() => edit('NEW')}>
              登记机关
            </Button>
          )
        }
      >
        <p className="soft">
          作出决定的机关的地址、电话、复议机关、管辖法院和缴款银行，登记一次，填入该机关的全部文书。由一位管理员登记，另一位管理员确认后生效。
        </p>
      </PageHead>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      <p role="status" className="good said">
        {words}
      </p>
      {!data && loading && <LoadingNotice of="机关资料" />}
      {data && all.length === 0 && <EmptyNotice>尚未登记，也没有名单案件。</EmptyNotice>}
      <div className="panels">
        {all.map((one) => (
          <AuthorityPanel key={one.name} of={one} states={states} onEdit={() => edit(one)} onDone={done} />
        ))}
      </div>
      {edited !== null && (
        <AuthorityForm
          name={edited === 'NEW' ? null : edited.name}
          before={edited === 'NEW' ? null : edited.held}
          onDone={() => done('已提交，待另一位管理员确认。')}
          onClose={() => edit(null)}
        />
      )}
    </>
  )
}

interface AuthorityPanelProps {
  of: AuthorityRow
  states: boolean
  onEdit: () => void
  onDone: (words: string) => void
}

const AuthorityPanel = ({ of, states, onEdit, onDone }: AuthorityPanelProps) => (
  <AnchoredPanel id={of.name} title={of.name}>
    {of.held ? (
      <StatementFields of={of.held} />
    ) : (
      <p className="warn">{of.hasCases ? '有名单案件，尚未登记资料：文书中的相应各项须逐件填写。' : '尚未生效。'}</p>
    )}
    {of.waiting && <WaitingStatement of={of.waiting} mayDecide={states} onDone={onDone} />}
    {states && !of.waiting && (
      <Button onClick={onEdit} aria-label={`${of.held ? '修改' : '登记'}：${of.name}`}>
        {of.held ? '修改' : '登记'}
      </Button>
    )}
  </AnchoredPanel>
)
