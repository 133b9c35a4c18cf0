import { useApolloClient, useQuery } from '@apollo/client/react'
import { Radio, Select } from 'antd'
import { useState } from 'react'
import { ConfirmButton } from '../../../pieces/confirm.js'
import { EndPersonDocument, KeptCasesDocument, type PersonLineFragment } from './people.generated.js'

interface EndPersonProps {
  of: PersonLineFragment
  isSelf: boolean
  onDone: () => void
}

export const EndPersonButton = ({ of: { name }, isSelf, onDone }: EndPersonProps) => {
  const apollo = useApolloClient()
  const [isOpen, setOpen] = useState(false)
  const [choice, setChoice] = useState<'COLLEAGUE' | 'OFFICE' | null>(null)
  const [colleague, setColleague] = useState<string | null>(null)
  const { data } = useQuery(KeptCasesDocument, { variables: { name }, skip: !isOpen, fetchPolicy: 'network-only' })
  const cases = data?.cases.totalCount ?? 0
  const colleagues = (data?.colleagues ?? []).filter((one) => one.name !== name)
  return (
    <ConfirmButton
      action="停用"
      follows={[
        `“${name}”立即退出登录，不能再登录；`,
        '姓名不再使用，今后须以另一登录名登记；',
        '其查询痕迹照旧保存，待其复核的事项须由他人办理；',
        cases === 0 ? '其名下没有未办结的案件。' : `其经办的 ${cases} 件未办结案件随即移交：`,
      ]}
      disabled={isSelf}
      hint={isSelf ? '不能停用自己' : ''}
      button={{ type: 'link', size: 'small', 'aria-label': `停用：${name}` }}
      onOpen={() => setOpen(true)}
      isReady={
        data !== undefined && (cases === 0 || choice === 'OFFICE' || (choice === 'COLLEAGUE' && colleague !== null))
      }
      onDo={async () => {
        const handOverTo = choice === 'COLLEAGUE' ? colleague : null
        await apollo.mutate({ mutation: EndPersonDocument, variables: { name, handOverTo } })
        onDone()
      }}
    >
      {cases > 0 && (
        <fieldset className="labelled">
          <legend>未办结的案件</legend>
          <Radio.Group
            value={choice}
            onChange={({ target }) => setChoice(target.value)}
            options={[
              { value: 'COLLEAGUE', label: '移交给同事' },
              { value: 'OFFICE', label: '退回本单位，待人领取' },
            ]}
          />
          {choice === 'COLLEAGUE' && (
            <Select
              aria-label="接手人"
              placeholder="接手人"
              value={colleague}
              onChange={setColleague}
              options={colleagues.map((one) => ({ value: one.name, label: one.name }))}
              style={{ width: '14rem' }}
            />
          )}
        </fieldset>
      )}
    </ConfirmButton>
  )
}
