import type { PendingChange } from '../../../../domain/access/accounts.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { instantText } from '../../pieces/dates.js'
import { regionWords } from '../../pieces/places.js'
import { labelOf } from '../../pieces/words.js'
import { useSession } from '../../session/session.js'
import { roleWords } from './register.js'

interface PendingAccount {
  name: string
  role: string
  duty?: string | null
  agency: string | null
  agencyName: { zh: string } | null
  region: string | null
  pendingSince: string | null
  pendingChanges: readonly { change: PendingChange; by: string }[]
}

const changesWords = ({ pendingChanges }: PendingAccount): string =>
  pendingChanges.map(({ change, by }) => `${by} ${labelOf('PendingChange', change)}`).join('，') || '登记或变更'

export const PendingNotice = ({ of }: { of: PendingAccount }) => (
  <span className="warn">
    待第二人确认，自 {instantText(of.pendingSince)}（{changesWords(of)}）
  </span>
)

export const ConfirmAccountButton = ({
  of,
  what,
  onDo,
}: {
  of: PendingAccount
  what: '人员' | '系统'
  onDo: () => Promise<unknown>
}) => {
  const { name: me } = useSession()
  if (of.pendingSince === null) return null
  const isOwn = of.pendingChanges.some(({ by }) => by === me)
  return (
    <ConfirmButton
      action="确认"
      danger={false}
      follows={[
        `${what}“${of.name}”自 ${instantText(of.pendingSince)} 起待确认：${changesWords(of)}；`,
        '请先核对身份、角色、所属单位和区划，并核对以上每一项变更确有其事；确认后立即可以使用。',
        ...(what === '系统' ? ['持有密钥的人都以这个系统的名义办理，复核和确认时与登记人视为两人。'] : []),
      ]}
      disabled={isOwn}
      hint={isOwn ? '由您登记或变更的，须由他人确认' : ''}
      button={{ type: 'link', size: 'small', 'aria-label': `确认：${of.name}` }}
      onDo={onDo}
    >
      <AccountFacts of={of} />
    </ConfirmButton>
  )
}

const AccountFacts = ({ of: { name, role, duty, agency, agencyName, region } }: { of: PendingAccount }) => {
  const facts = [
    ['名称', name],
    ['角色', duty == null ? roleWords(role) : `${roleWords(role)}（${labelOf('Duty', duty)}）`],
    ['所属单位', agencyName?.zh ?? agency ?? '未填'],
    ['区划', regionWords(region)],
  ]
  return (
    <dl className="fields narrow">
      {facts.map(([title, value]) => (
        <div key={title} className="field">
          <dt>{title}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
