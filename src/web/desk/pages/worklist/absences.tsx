import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { today } from '../../pieces/dates.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay, useSession } from '../../session/session.js'
import { AbsencesDocument, EndAbsenceDocument, RecordAbsenceDocument } from './worklist.generated.js'

/** Absences with their deputies; each records the own. */
export const AbsencesPanel = () => {
  const { name, role } = useSession()
  const may = useMay('record_absence')
  const endsOthers = useMay('manage_registered')
  const client = useApolloClient()
  const { data, error, refetch } = useQuery(AbsencesDocument)
  const [fault, setFault] = useState<unknown>(null)
  const absences = data?.absences ?? []
  const deputies = (data?.colleagues ?? []).filter((one) => one.role === role && !isSamePerson(one.name, name))
  const act = async (does: () => Promise<unknown>) => {
    setFault(null)
    try {
      await does()
      await refetch()
    } catch (thrown) {
      setFault(thrown)
    }
  }
  return (
    <section className="panel" aria-labelledby="absences" style={{ marginTop: '1rem' }}>
      <h2 id="absences">外出代办</h2>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      <ul className="lines" aria-label="外出代办">
        {absences.map(({ number, person, deputy, firstDay, lastDay }) => (
          <li key={number}>
            {person} {firstDay} 至 {lastDay} 外出，由 {deputy} 代办{' '}
            {(endsOthers || isSamePerson(person, name)) && (
              <Button
                size="small"
                type="link"
                aria-label={`结束 ${person} 的外出代办`}
                onClick={() => void act(() => client.mutate({ mutation: EndAbsenceDocument, variables: { number } }))}
              >
                结束
              </Button>
            )}
          </li>
        ))}
      </ul>
      {data !== undefined && absences.length === 0 && <p className="soft">现在没有人外出。</p>}
      {may && data !== undefined && (
        <AbsenceForm
          deputies={deputies.map((one) => one.name)}
          onSend={(variables) => act(() => client.mutate({ mutation: RecordAbsenceDocument, variables }))}
        />
      )}
      {fault !== null && <RefusalNotice of={fault} />}
    </section>
  )
}

interface AbsenceFormProps {
  deputies: readonly string[]
  onSend: (given: { deputy: string; firstDay: string; lastDay: string }) => Promise<void>
}

const AbsenceForm = ({ deputies, onSend }: AbsenceFormProps) => {
  const id = useId()
  const [deputy, setDeputy] = useState<string | null>(null)
  const [from, setFrom] = useState(today())
  const [to, setTo] = useState('')
  if (deputies.length === 0) return <p className="warn">没有与您角色相同的同事，无人可以代办。</p>
  return (
    <form
      className="filters"
      aria-label="登记本人外出"
      onSubmit={(event) => {
        event.preventDefault()
        if (deputy !== null && to !== '') void onSend({ deputy, firstDay: from, lastDay: to })
      }}
    >
      <label htmlFor={`${id}from`}>本人外出：自</label>
      <Input
        id={`${id}from`}
        type="date"
        value={from}
        onChange={({ target }) => setFrom(target.value)}
        style={{ width: '10rem' }}
      />
      <label htmlFor={`${id}to`}>至</label>
      <Input
        id={`${id}to`}
        type="date"
        value={to}
        min={from}
        onChange={({ target }) => setTo(target.value)}
        style={{ width: '10rem' }}
      />
      <Select
        aria-label="代办人"
        placeholder="代办人"
        value={deputy}
        onChange={setDeputy}
        options={deputies.map((name) => ({ value: name, label: name }))}
        style={{ width: '10rem' }}
      />
      <Button htmlType="submit" disabled={deputy === null || to === ''}>
        登记
      </Button>
    </form>
  )
}
