import { useApolloClient } from '@apollo/client/react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { useSession } from '../../session/session.js'
import { PaperLink } from './attachments.js'
import type { CaseDocument } from './case.js'
import { ReleasePaperDocument, WithdrawPaperDocument } from './listing.generated.js'

type MaskedCopy = CaseDocument['masked'][number]

export const MaskedCopies = ({ of, onChanged }: { of: CaseDocument; onChanged: () => void }) => {
  const open = of.masked.filter(({ withdrawnAt }) => withdrawnAt === null)
  if (open.length === 0) return null
  return (
    <ul className="lines" aria-label={`公开件：${of.title}`}>
      {open.map((copy) => (
        <li key={copy.id}>
          <MaskedLine of={copy} onChanged={onChanged} />
        </li>
      ))}
    </ul>
  )
}

const MaskedLine = ({ of, onChanged }: { of: MaskedCopy; onChanged: () => void }) => {
  const client = useApolloClient()
  const { name } = useSession()
  const isOwn = of.storedBy !== null && isSamePerson(of.storedBy, name)
  const withdraw = async () => {
    await client.mutate({ mutation: WithdrawPaperDocument, variables: { id: of.id } })
    onChanged()
  }
  return (
    <>
      <PaperLink of={of}>公开件</PaperLink>{' '}
      {of.releasedAt === null ? (
        <span className="warn">
          由 {of.storedBy} 于 {instantText(of.storedAt)} 上传，待另一人核对后公开
        </span>
      ) : (
        <span className="soft">
          {of.releasedBy} 于 {instantText(of.releasedAt)} 核对后公开
        </span>
      )}{' '}
      {of.releasedAt === null && !isOwn && (
        <ConfirmButton
          action="核对并公开"
          danger={false}
          follows={[
            '您已下载并逐页核对：没有身份证号、住址、电话和其他自然人信息；',
            '条目公示期间，任何人可以下载；停止公示即不可下载；',
            '您的姓名和时刻一同保存。',
          ]}
          onDo={async () => {
            await client.mutate({ mutation: ReleasePaperDocument, variables: { id: of.id } })
            onChanged()
          }}
        />
      )}{' '}
      <ConfirmButton action="撤回公开件" follows={['即时不可下载；不能恢复，只能另行上传。']} onDo={withdraw} />
    </>
  )
}
