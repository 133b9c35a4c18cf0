import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { useSession } from '../../session/session.js'

interface PendingAccount {
  name: string
  pendingSince: string | null
  changedBy: string | null
}

export const PendingNotice = ({ since, by }: { since: string; by: string | null }) => (
  <span className="warn">
    待第二人确认，自 {instantText(since)}
    {by !== null && `（由 ${by} 登记或变更）`}
  </span>
)

export const ConfirmAccountButton = ({
  of: { name, pendingSince, changedBy },
  what,
  onDo,
}: {
  of: PendingAccount
  what: '人员' | '系统'
  onDo: () => Promise<unknown>
}) => {
  const { name: me } = useSession()
  if (pendingSince === null) return null
  const isOwn = changedBy === me
  return (
    <ConfirmButton
      action="确认"
      danger={false}
      follows={[
        `${what}“${name}”由${changedBy ?? '此前'}登记或变更，自 ${instantText(pendingSince)} 起待确认；`,
        '请先核对身份、角色、所属单位和区划；确认后立即可以使用。',
      ]}
      disabled={isOwn}
      hint={isOwn ? '由您登记或变更的，须由他人确认' : ''}
      button={{ type: 'link', size: 'small', 'aria-label': `确认：${name}` }}
      onDo={onDo}
    />
  )
}
