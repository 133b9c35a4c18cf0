import { useApolloClient } from '@apollo/client/react'
import { Input } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { today } from '../../../pieces/dates.js'
import { useMay } from '../../../session/session.js'
import { type OwnListsQuery, ProposeListEndDocument } from '../office.generated.js'

type OwnListNode = OwnListsQuery['ownLists'][number]

export const OwnLists = ({ of: lists, onDone }: { of: readonly OwnListNode[]; onDone: (words: string) => void }) => {
  if (lists.length === 0) return null
  return (
    <section className="panel wide" aria-label="本机关增加的名单">
      <h2>本机关增加的名单</h2>
      <ul className="lines">
        {lists.map((one) => (
          <li key={one.id}>
            {one.name.zh}：<ListState of={one} onDone={onDone} />
          </li>
        ))}
      </ul>
    </section>
  )
}

const ListState = ({ of, onDone }: { of: OwnListNode; onDone: (words: string) => void }) => {
  const apollo = useApolloClient()
  const [from, setFrom] = useState(today())
  const mayEnd = useMay('confirm_rules')
  if (of.endedFrom) return <span className="soft">自 {of.endedFrom} 起不再新立案件</span>
  if (of.waiting) return <span className="warn">停用待另一人确认</span>
  const propose = async (reason: string) => {
    const input = { list: of.id, from, reason }
    await apollo.mutate({ mutation: ProposeListEndDocument, variables: { input } })
    onDone('停用已提出，待另一人确认。')
  }
  return (
    <>
      在用{' '}
      {mayEnd && (
        <ConfirmButton
          action="停用"
          follows={['由另一人确认后生效；', '自该日起不再新立案件；已立的案件照常办理，公示的条目不变。']}
          asks={{ label: '依据' }}
          button={{ size: 'small', 'aria-label': `停用：${of.name.zh}` }}
          onDo={propose}
        >
          <p>
            自何日起{' '}
            <Input
              type="date"
              aria-label="自何日起不再新立案件"
              value={from}
              min={today()}
              onChange={({ target }) => setFrom(target.value === '' ? today() : target.value)}
              style={{ width: '11rem' }}
            />
          </p>
        </ConfirmButton>
      )}
    </>
  )
}
