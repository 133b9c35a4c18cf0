import { useApolloClient, useQuery } from '@apollo/client/react'
import { Button, Input, type InputRef } from 'antd'
import { type FormEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { Link } from 'react-router'
import { useShortcuts } from '../../frame/shortcuts.js'
import { OperatorCode, operatorCodeOf } from '../../pieces/code.js'
import { instantText } from '../../pieces/dates.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { RecordMembers } from '../../pieces/field.js'
import { placeWords } from '../../pieces/places.js'
import { recordBodyOf } from '../../pieces/record-body.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { labelOf } from '../../pieces/words.js'
import { useMay } from '../../session/session.js'
import { ComparisonTable, identityComparisonLines } from './compare-identity.js'
import {
  type CandidateFragment,
  DecideSubjectDocument,
  IdentityCandidatesDocument,
  IdentityOperatorDocument,
  OneUnmatchedDocument,
  type SubjectVerdict,
  type UnmatchedWholeFragment,
} from './identity.generated.js'
import { runPath } from './runs.js'
import { UndoDecisionButton } from './undo.js'

const REASON_MOST = 1_000
const NAME_MOST = 100

export interface MadeIdentityDecision {
  words: string
  decision: string
  unmatched: UnmatchedWholeFragment
  state: 'MATCHED' | 'NOT_OURS'
}

export interface SubjectProps {
  id: string
  feedTitle: string
  onDecided: (done: MadeIdentityDecision) => void
  onUndone: (unmatched: string) => void
  onMove: (step: 1 | -1) => void
}

export const UnmatchedSubjectPanel = (props: SubjectProps) => {
  const { data, loading, error, refetch } = useQuery(OneUnmatchedDocument, { variables: { id: props.id } })
  if (error) return <RefusalNotice of={error} onAgain={() => void refetch()} />
  const found = data?.node && 'subject' in data.node ? (data.node as UnmatchedWholeFragment) : null
  if (found === null)
    return loading ? <LoadingNotice of="来件" /> : <EmptyNotice>没有这条信息，或者您无权查看。</EmptyNotice>
  return <Whole key={`${found.id} ${found.state}`} of={found} again={() => void refetch()} {...props} />
}

const Whole = ({
  of,
  feedTitle,
  again,
  ...props
}: SubjectProps & { of: UnmatchedWholeFragment; again: () => void }) => (
  <>
    <h2>{of.subject.name ?? of.subject.uscc ?? of.subject.regNo ?? '未指明主体'}</h2>
    <p className="soft">
      {feedTitle} · {labelOf('RecordKind', of.kind)} · {of.source.file ? `${of.source.file} ` : ''}第 {of.source.row} 行
      · <Link to={runPath(of.source.run)}>所属运行</Link> · {labelOf('UnmatchedState', of.state)}
    </p>
    <p>{labelOf('UnmatchedReason', of.reason)}</p>
    {of.decision && (
      <div role="note">
        <p>
          {instantText(of.decision.decidedAt)} {of.decision.decidedBy} 认定：
          {of.decision.madeOperator ? '归入新主体' : labelOf('DecisionVerdict', of.decision.verdict)}
          {of.decision.operator && ` ${of.decision.operator.name ?? operatorCodeOf(of.decision.operator)}`}（
          {of.decision.reason}）
        </p>
        <UndoDecisionButton
          decision={of.decision.id}
          onUndone={() => {
            props.onUndone(of.id)
            again()
          }}
        />
      </div>
    )}
    {of.state === 'OPEN' && <Deciding of={of} {...props} />}
    <h3>来件内容</h3>
    <RecordMembers kind={of.kind} body={recordBodyOf(of.body)} />
  </>
)

const reasonFrom = (of: UnmatchedWholeFragment): string =>
  of.proposal === null
    ? ''
    : `${of.proposal.evidence.map(({ field }) => labelOf('EvidenceField', field).replace(/，.*$/, '')).join('、')}相符`

const Deciding = ({ of, onDecided, onMove }: Omit<SubjectProps, 'feedTitle'> & { of: UnmatchedWholeFragment }) => {
  const client = useApolloClient()
  const may = useMay('decide_identity')
  const name = (of.subject.name ?? '').slice(0, NAME_MOST)
  const near = useQuery(IdentityCandidatesDocument, { variables: { name }, skip: [...name].length < 2 })
  const [other, setOther] = useState<CandidateFragment | null>(null)
  const [chosen, setChosen] = useState<string | null>(of.proposal?.operator.id ?? null)
  const [code, setCode] = useState('')
  const [reason, setReason] = useState(reasonFrom(of))
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [words, setWords] = useState('')
  const reasonInput = useRef<InputRef>(null)
  const codeInput = useRef<InputRef>(null)
  const ids = { reason: useId(), code: useId() }

  const candidates = useMemo(() => {
    const all = [
      ...(of.proposal ? [of.proposal.operator] : []),
      ...(near.data?.operators.edges ?? []).map(({ node }) => node),
      ...(other ? [other] : []),
    ]
    return all.filter(({ id }, i) => all.findIndex((each) => each.id === id) === i)
  }, [of.proposal, near.data, other])
  const operator = candidates.find(({ id }) => id === chosen) ?? null
  const isProposed = operator !== null && operator.id === of.proposal?.operator.id

  const decide = async (verdict: SubjectVerdict) => {
    if (!may || isBusy) return
    const given = code.trim()
    if (verdict === 'NEW_OPERATOR' && given === '') {
      setWords('请先填写新主体的统一社会信用代码，再建立新主体（n）。')
      codeInput.current?.focus()
      return
    }
    if (verdict === 'ATTACH' && operator === null) return setWords('请先选定一个主体（按数字键），或输入其代码（o）。')
    // The prefilled reason fits only the suggested operator.
    if (reason.trim() === '' || (verdict !== 'ATTACH' && reason === reasonFrom(of))) {
      setWords(reason.trim() === '' ? '请填写理由。' : '现有的理由说的是建议的主体，请另行填写。')
      reasonInput.current?.focus()
      return
    }
    setBusy(true)
    setError(null)
    setWords('')
    try {
      const input = {
        id: of.id,
        verdict,
        reason: reason.trim(),
        ...(verdict === 'ATTACH' && operator && { operator: operatorCodeOf(operator) }),
        ...(verdict === 'NEW_OPERATOR' && { operator: given }),
      }
      const { data } = await client.mutate({ mutation: DecideSubjectDocument, variables: { input } })
      if (!data) return
      const { records, decision } = data.decideSubject
      const what = {
        ATTACH: `归入 ${operator?.name ?? ''}`,
        NEW_OPERATOR: `归入新主体 ${given}`,
        NOT_OURS: '认定为不属于任何主体',
      }[verdict]
      onDecided({
        words: `${of.subject.name ?? '来件'}已${what}，共 ${records} 条。`,
        decision: decision.id,
        unmatched: of,
        state: verdict === 'NOT_OURS' ? 'NOT_OURS' : 'MATCHED',
      })
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  const find = async (event: FormEvent) => {
    event.preventDefault()
    if (code.trim() === '') return
    setError(null)
    try {
      const { data } = await client.query({ query: IdentityOperatorDocument, variables: { code: code.trim() } })
      const found = data?.operator ?? null
      if (found === null) {
        setChosen(null)
        setReason('')
        setWords('没有该代码的主体。若来件确属枢纽尚不知道的主体，填写理由后建立新主体（n）。')
        reasonInput.current?.focus()
        return
      }
      setOther(found)
      setChosen(found.id)
      setReason('')
      setWords(`已选定 ${found.name ?? operatorCodeOf(found)}，请填写理由。`)
      reasonInput.current?.focus()
    } catch (thrown) {
      setError(thrown)
    }
  }
  const now = useRef({ decide, candidates, setChosen })
  now.current = { decide, candidates, setChosen }
  useShortcuts(
    useMemo(
      () => [
        { keys: 'a', words: '归入所选主体', does: () => void now.current.decide('ATTACH') },
        { keys: 'n', words: '建立新主体', does: () => void now.current.decide('NEW_OPERATOR') },
        { keys: 'x', words: '不属于任何主体', does: () => void now.current.decide('NOT_OURS') },
        { keys: 'o', words: '其他主体', does: () => codeInput.current?.focus() },
        { keys: 'r', words: '填写理由', does: () => reasonInput.current?.focus() },
        ...['1', '2', '3', '4', '5', '6'].map((key, i) => ({
          keys: key,
          words: `选第 ${key} 个`,
          does: () => {
            const picked = now.current.candidates[i]
            if (picked) now.current.setChosen(picked.id)
          },
        })),
      ],
      [],
    ),
  )
  const proposed = of.proposal?.operator.id ?? null
  const suggested = reasonFrom(of)
  useEffect(() => {
    setReason((before) => (before === suggested && chosen !== proposed ? '' : before))
  }, [chosen, proposed, suggested])

  return (
    <>
      <ComparisonTable
        lines={identityComparisonLines(of, operator, isProposed ? (of.proposal?.evidence ?? []) : [])}
        heldTitle={operator === null ? '尚未选定主体' : isProposed ? '建议的主体' : '所选主体'}
        operator={operator}
      />
      {of.proposal === null && of.noProposal && (
        <p className="warn">没有建议：{labelOf('NoProposal', of.noProposal)}</p>
      )}
      {candidates.length > 0 && (
        <fieldset className="plain">
          <legend>可能的主体</legend>
          <ol className="candidates">
            {candidates.map((each, i) => (
              <li key={each.id} className={each.id === chosen ? 'candidate chosen' : 'candidate'}>
                <label className="candidate-words">
                  <input
                    type="radio"
                    name="candidate"
                    checked={each.id === chosen}
                    onChange={() => setChosen(each.id)}
                  />
                  <kbd>{i + 1}</kbd>
                  <span>{each.name ?? operatorCodeOf(each)}</span>
                  <OperatorCode of={operatorCodeOf(each)} />
                  <span className="soft">
                    {labelOf('OperatorKind', each.kind)} {each.region && placeWords(each.region)}
                    {each.id === of.proposal?.operator.id ? ' · 建议' : ''}
                  </span>
                </label>
              </li>
            ))}
          </ol>
        </fieldset>
      )}
      {may ? (
        <>
          <form className="filters" onSubmit={(event) => void find(event)} aria-label="其他主体">
            <label htmlFor={ids.code}>其他主体或新主体的代码</label>
            <Input
              id={ids.code}
              ref={codeInput}
              value={code}
              onChange={(event) => setCode(event.target.value)}
              maxLength={100}
              style={{ width: '15rem' }}
            />
            <Button htmlType="submit">选定</Button>
          </form>
          <form
            onSubmit={(event) => {
              event.preventDefault()
              void decide('ATTACH')
            }}
            aria-label="认定"
          >
            <label htmlFor={ids.reason}>理由</label>
            <Input
              id={ids.reason}
              ref={reasonInput}
              value={reason}
              maxLength={REASON_MOST}
              onChange={(event) => setReason(event.target.value)}
            />
            <p className="soft">
              同一数据源中对主体说法相同的一并认定，以后报送的照此办理，直至撤销。新主体以所填代码建档，名称照来件；撤销后若无其他依据，不再认其存在。
            </p>
            <div className="acts">
              <Button type="primary" htmlType="submit" disabled={operator === null} loading={isBusy}>
                归入所选主体<kbd>a</kbd>
              </Button>
              <Button disabled={isBusy} onClick={() => void decide('NEW_OPERATOR')}>
                建立新主体<kbd>n</kbd>
              </Button>
              <Button disabled={isBusy} onClick={() => void decide('NOT_OURS')}>
                不属于任何主体<kbd>x</kbd>
              </Button>
              <Button onClick={() => onMove(-1)}>
                上一条<kbd>k</kbd>
              </Button>
              <Button onClick={() => onMove(1)}>
                暂缓，下一条<kbd>j</kbd>
              </Button>
            </div>
          </form>
        </>
      ) : (
        <p className="soft">归属由经办人、复核人或管理员认定。</p>
      )}
      <p role="status" className={words ? 'warn said' : 'said'}>
        {words}
      </p>
      {error !== null && <RefusalNotice of={error} />}
    </>
  )
}
