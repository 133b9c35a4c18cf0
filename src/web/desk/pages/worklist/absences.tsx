import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input, Select } from 'antd'
import { useId, useState } from 'react'
import { isSamePerson } from '../../../../domain/access/persons.js'
import { today } from '../../pieces/dates.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay, useSession } from '../../session/session.js'
import {
  AbsencesDocument,
  type AbsencesQuery,
  EndAbsenceDocument,
  RecordAbsenceDocument,
} from './worklist.generated.js'

type ListedColleague = AbsencesQuery['colleagues'][number]

/** Everybody records the own absences; an administrator also those of others. */
export const AbsencesPanel = () => {
  const { name } = useSession()
  const may = useMay('record_absence')
  const isForOthers = useMay('manage_registered')
  const client = useApolloClient()
  const { data, error, refetch } = useQuery(AbsencesDocument)
  const [fault, setFault] = useState<unknown>(null)
  const absences = data?.absences ?? []
  const act = async (does: () => Promise<unknown>) => {
    setFault(null)
    try {
      await does()
      await refetch()
    } catch (thrown) {
      setFault(thrown)
    }
  }
  const record = (variables: AbsenceChoice) =>
    act(() => client.mutate({ mutation: RecordAbsenceDocument, variables: { ...variables } }))
  return (
    <section className="panel" aria-labelledby="absences" style={{ marginTop: '1rem' }}>
      <h2 id="absences">外出代办</h2>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      <ul className="lines" aria-label="外出代办">
        {absences.map(({ number, person, deputy, firstDay, lastDay }) => (
          <li key={number}>
            {person} {firstDay} 至 {lastDay} 外出，由 {deputy} 代办{' '}
            {(isForOthers || isSamePerson(person, name)) && (
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
        <AbsenceForm colleagues={data.colleagues} isForOthers={isForOthers} onSend={record} />
      )}
      {fault !== null && <RefusalNotice of={fault} />}
    </section>
  )
}

interface AbsenceChoice {
  person?: string
  deputy: string
  firstDay: string
  lastDay: string
}

interface AbsenceFormProps {
  colleagues: readonly ListedColleague[]
  isForOthers: boolean
  onSend: (plan: AbsenceChoice) => Promise<void>
}

const optionsOfNames = (of: readonly ListedColleague[]) => of.map(({ name }) => ({ value: name, label: name }))

const AbsenceForm = ({ colleagues, isForOthers, onSend }: AbsenceFormProps) => {
  const own = useSession()
  const [person, setPerson] = useState<string | null>(null)
  const [deputy, setDeputy] = useState<string | null>(null)
  const [from, setFrom] = useState(today())
  const [to, setTo] = useState('')
  const absent = isForOthers ? colleagues.find(({ name }) => name === person) : own
  const deputies = colleagues.filter((one) => one.role === absent?.role && !isSamePerson(one.name, absent.name))
  if (absent !== undefined && !isForOthers && deputies.length === 0)
    return <p className="warn">没有与您角色相同的同事，无人可以代办。</p>
  const isReady = absent !== undefined && deputy !== null && to !== ''
  const send = () => {
    if (isReady) void onSend({ ...(isForOthers && { person: absent.name }), deputy, firstDay: from, lastDay: to })
  }
  return (
    <form
      className="filters"
      aria-label={isForOthers ? '登记同事外出' : '登记本人外出'}
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      {isForOthers && (
        <Select
          aria-label="外出人"
          placeholder="外出人"
          value={person}
          onChange={(name) => {
            setPerson(name)
            setDeputy(null)
          }}
          options={optionsOfNames(colleagues)}
          style={{ width: '10rem' }}
        />
      )}
      <DayInput label={isForOthers ? '外出：自' : '本人外出：自'} value={from} onChange={setFrom} />
      <DayInput label="至" value={to} min={from} onChange={setTo} />
      <Select
        aria-label="代办人"
        placeholder="代办人"
        value={deputy}
        onChange={setDeputy}
        options={optionsOfNames(deputies)}
        disabled={absent === undefined}
        notFoundContent="没有角色相同的同事，无人可以代办。"
        style={{ width: '10rem' }}
      />
      <Button htmlType="submit" disabled={!isReady}>
        登记
      </Button>
    </form>
  )
}

interface DayInputProps {
  label: string
  value: string
  min?: string
  onChange: (day: string) => void
}

const DayInput = ({ label, onChange, ...props }: DayInputProps) => {
  const id = useId()
  return (
    <span className="choice">
      <label htmlFor={id}>{label}</label>{' '}
      <Input
        {...props}
        id={id}
        type="date"
        onChange={({ target }) => onChange(target.value)}
        style={{ width: '10rem' }}
      />
    </span>
  )
}
