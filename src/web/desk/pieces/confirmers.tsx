/** Names who may take a step, and says what to do where nobody may. */
import { useQuery } from '@apollo/client/react'
import { TASKS, type WorkKind } from '../../../domain/worklist/tasks.js'
import { useMay, useSession } from '../session/session.js'
import { ConfirmersDocument } from './confirmers.generated.js'

const SHOWN_MOST = 8

interface ConfirmersProps {
  kind: WorkKind
  listing?: string
  by?: string | null
  /** The confirming role: 复核人, 管理员 … */
  who: string
}

export const ConfirmersNotice = ({ kind, listing, by, who }: ConfirmersProps) => {
  const { name: me } = useSession()
  const sees = useMay('see_moves')
  const { data } = useQuery(ConfirmersDocument, {
    variables: { kind, listing: listing ?? null, by: by ?? null },
    skip: !sees,
  })
  if (data === undefined) return null
  const step = TASKS[kind].zh
  const names = data.confirmers.map(({ name }) => name)
  if (names.length === 0)
    return (
      <p className="bad">
        现在没有其他{who}可以办理“{step}”：请管理员在“人员”中另行登记一名{who}；原办理人不得自行确认。
      </p>
    )
  const others = names.filter((name) => name !== me)
  if (others.length < names.length)
    return others.length === 0 ? (
      <p className="warn">本单位现在只有您可以办理“{step}”。</p>
    ) : (
      <p className="soft">您可以办理；同样可以办理的：{listNames(others)}</p>
    )
  return (
    <p className="warn">
      需由其他{who}确认：{listNames(others)}
    </p>
  )
}

export const listNames = (names: readonly string[]): string =>
  names.length > SHOWN_MOST ? `${names.slice(0, SHOWN_MOST).join('、')} 等 ${names.length} 人` : names.join('、')
