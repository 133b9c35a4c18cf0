import { useQuery } from '@apollo/client/react'
import { useState } from 'react'
import { MOVES } from '../../../../domain/listing/moves.js'
import { today } from '../../pieces/dates.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import type { CaseFile, MoveOutlook } from './case.js'
import { LeadAdvice } from './lead-advice.js'
import { OutlooksDocument } from './listing.generated.js'
import { isOvercome, MoveForm } from './move-form.js'
import {
  firstDraftOf,
  GRAVE_MOVES,
  MOVE_MUTATIONS,
  type MoveDraft,
  type PersonsMove,
  TODAY_ONLY_MOVES,
  titleOfMove,
} from './moves.js'
import { nextMoves, roleNames } from './stages.js'

interface AvailableMove {
  move: PersonsMove
  isTheirs: boolean
  roles: string
  why: string | null
  isNext: boolean
}

type MoveDrafts = Partial<Record<PersonsMove, MoveDraft>>

const deedsOf = (of: CaseFile, outlooks: readonly MoveOutlook[], drafts: MoveDrafts): AvailableMove[] => {
  const next = nextMoves(of)
  const moves = [...new Set(outlooks.map(({ move }) => move))].filter(
    (move): move is PersonsMove => move in MOVE_MUTATIONS,
  )
  const deeds = moves.map((move): AvailableMove => {
    const own = outlooks.filter((one) => one.move === move)
    const [first] = own
    const isFree = own.some((one) => one.denial === null || isOvercome(one, drafts[move]))
    return {
      move,
      isTheirs: own.some(({ yours }) => yours),
      roles: roleNames(first?.roles ?? []),
      why: isFree ? null : (first?.denial?.why.zh ?? null),
      isNext: next.includes(move),
    }
  })
  return deeds.toSorted((a, b) => Number(b.isNext) - Number(a.isNext))
}

interface DeedsProps {
  of: CaseFile
  outlooks: readonly MoveOutlook[]
  chosen: string
  onChoose: (move: string) => void
  onChanged: () => void
}

export const MovesPanel = ({ of, outlooks, chosen, onChoose, onChanged }: DeedsProps) => {
  const [drafts, setDrafts] = useState<MoveDrafts>({})
  /** A refused move stays open, even when the case no longer offers it. */
  const [refused, setRefused] = useState<PersonsMove | null>(null)
  const [said, setSaid] = useState('')
  const deeds = deedsOf(of, outlooks, drafts)
  const [theirs, others] = [deeds.filter(({ isTheirs }) => isTheirs), deeds.filter(({ isTheirs }) => !isTheirs)]
  const open = theirs.find(({ move }) => move === chosen)?.move ?? (refused === chosen ? refused : null)
  return (
    <section className="panel wide no-print" aria-labelledby="deeds">
      <h2 id="deeds">现在可以办理</h2>
      <p role="status" className={said ? 'good' : ''}>
        {said}
      </p>
      <LeadAdvice of={of} />
      {theirs.length === 0 && <EmptyNotice>此案现在没有由您办理的步骤。</EmptyNotice>}
      <div className={open ? 'deeds open' : 'deeds'}>
        <ul className="deed-list" aria-label="由您办理">
          {theirs.map(({ move, why, isNext }) => (
            <li key={move}>
              <button
                type="button"
                className={classOf(move, isNext)}
                aria-pressed={move === chosen}
                onClick={() => {
                  setSaid('')
                  onChoose(move === chosen ? '' : move)
                }}
              >
                <b>{titleOfMove(move, of)}</b>
                {isNext && <span className="tag"> 下一步</span>}
                {why !== null && <span className="warn own-line">现在不能：{why}</span>}
              </button>
            </li>
          ))}
        </ul>
        {open && (
          <Chosen
            key={open}
            of={of}
            move={open}
            draft={drafts[open] ?? firstDraftOf(open, of)}
            onDraft={(change) =>
              setDrafts((before) => ({ ...before, [open]: { ...(before[open] ?? firstDraftOf(open, of)), ...change } }))
            }
            outlooks={outlooks.filter(({ move }) => move === open)}
            onDone={(words) => {
              setDrafts(({ [open]: _, ...left }) => left)
              setRefused(null)
              setSaid(words)
              onChoose('')
              onChanged()
            }}
            onStale={() => {
              setRefused(open)
              onChanged()
            }}
            onClose={() => onChoose('')}
          />
        )}
      </div>
      {others.length > 0 && (
        <>
          <h3>由别人办理</h3>
          <ul className="lines">
            {others.map(({ move, roles, why }) => (
              <li key={move}>
                {MOVES[move].zh}：由{roles}办理{why === null ? '' : `；现在不能：${why}`}
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

const classOf = (move: PersonsMove, isNext: boolean): string => {
  if (isNext) return 'deed next'
  return GRAVE_MOVES.includes(move) ? 'deed grave' : 'deed'
}

type ChosenProps = Parameters<typeof MoveForm>[0]

const Chosen = (props: ChosenProps) => {
  const { of, move, draft } = props
  const on = TODAY_ONLY_MOVES.includes(move) ? null : draft.on
  const ofAge = move === 'publishListing' ? (draft.ofAge ?? null) : null
  const isOther = (on != null && on !== '' && on !== today()) || ofAge !== null
  const { data, error, previousData, refetch } = useQuery(OutlooksDocument, {
    variables: { id: of.id, on: on || null, ofAge },
    skip: !isOther,
    fetchPolicy: 'no-cache',
  })
  const found = (data ?? previousData)?.listing?.outlooks.filter((one) => one.move === move)
  return (
    <div>
      {error && <RefusalNotice of={error} />}
      <MoveForm
        {...props}
        outlooks={isOther ? (found ?? props.outlooks) : props.outlooks}
        onStale={() => {
          props.onStale()
          if (isOther) void refetch()
        }}
      />
    </div>
  )
}
