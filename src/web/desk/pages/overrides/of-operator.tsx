import { useApolloClient, useQuery } from '@apollo/client/react'
import { Input, Radio } from 'antd'
import dayjs from 'dayjs'
import { useId, useState } from 'react'
import { operatorCodeOf } from '../../pieces/code.js'
import { ConfirmButton } from '../../pieces/confirm.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { optionsOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { OverrideActions, OverrideStory } from './override.js'
import { type Grade, OverridesOfDocument, ProposeOverrideDocument } from './overrides.generated.js'

const [USUAL_MONTHS, MOST_MONTHS] = [3, 12]

interface GradedOperator {
  uscc: string | null
  shop: string | null
  score: { grade: Grade } | null
}

export const OperatorOverridesPanel = ({ of, onDone }: { of: GradedOperator; onDone: () => void }) => {
  const sees = useMay('see_moves')
  const proposes = useMay('propose_override')
  const code = operatorCodeOf(of)
  const { data, error, refetch } = useQuery(OverridesOfDocument, {
    variables: { code },
    fetchPolicy: 'no-cache',
    skip: !sees,
  })
  const all = data?.operator?.overrides ?? []
  const done = () => {
    void refetch()
    onDone()
  }
  if (!sees || of.score === null) return null
  const isWaiting = all.some(({ state }) => state === 'PROPOSED')
  return (
    <section className="no-print" aria-label="等级调整">
      <h3>等级调整</h3>
      {error && <RefusalNotice of={error} onAgain={() => void refetch()} />}
      {all.map((one) => (
        <article key={one.id} aria-label={`设为 ${one.grade} 级`}>
          <OverrideStory of={{ ...one, operator: null }} />
          <OverrideActions of={one} onDone={done} />
        </article>
      ))}
      {data && all.length === 0 && <p className="soft">从未调整：所示即评分所得。</p>}
      {data && proposes && !isWaiting && <Propose of={of} code={code} onDone={done} />}
    </section>
  )
}

const Propose = ({ of, code, onDone }: { of: GradedOperator; code: string; onDone: () => void }) => {
  const client = useApolloClient()
  const id = useId()
  const others = optionsOf('Grade').filter(({ value }) => value !== of.score?.grade)
  const [grade, setGrade] = useState(others[0]?.value ?? '')
  const inMonths = (n: number) => dayjs().add(n, 'month').format('YYYY-MM-DD')
  const [endsOn, setEndsOn] = useState(inMonths(USUAL_MONTHS))
  return (
    <ConfirmButton
      action="提出等级调整"
      danger={false}
      follows={[
        '等待一名复核人决定，在此以前所示等级不变。',
        '确认以后注明经人工调整，到期自行失效；评分和分值不变。',
        '在严重失信名单或失信被执行人名单中的，不得上调。',
      ]}
      asks={{ label: '理由' }}
      onDo={async (reason) => {
        const input = { operator: code, grade: grade as Grade, endsOn, reason }
        await client.mutate({ mutation: ProposeOverrideDocument, variables: { input } })
        onDone()
      }}
    >
      <fieldset className="labelled">
        <legend>设为（评分所得 {of.score?.grade} 级）</legend>
        <Radio.Group
          value={grade}
          onChange={({ target }) => setGrade(target.value)}
          options={others.map(({ value, label }) => ({ value, label: `${value} 级 ${label}` }))}
        />
      </fieldset>
      <p className="labelled">
        <label htmlFor={id}>自此日起失效（至多一年）</label>
        <Input
          id={id}
          type="date"
          value={endsOn}
          min={inMonths(0)}
          max={inMonths(MOST_MONTHS)}
          onChange={({ target }) => setEndsOn(target.value)}
        />
      </p>
    </ConfirmButton>
  )
}
