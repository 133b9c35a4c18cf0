import { expect } from 'chai'
import { schemaDocument } from '../../../src/foundation/contracts.js'
import { findMatterKindFaults, findMissingKind } from '../../../src/work/matters/kinds.js'

const NAMES = 'assist check clue directive interview measure petition referral takedown transfer'.split(' ')

type Members = Record<string, unknown>
type Change = (kind: Record<string, Record<string, Members>>) => void

const filed = (name: string) => ({ file: `${name}.json`, content: schemaDocument(`matters/${name}.json`) })

/** The faults after a change of `assist`, beside the other kinds. */
const faultsAfter = (change: Change): string[] => {
  const content = structuredClone(filed('assist').content) as Record<string, Record<string, Members>>
  change(content)
  const files = [...NAMES.filter((name) => name !== 'assist').map(filed), { file: 'assist.json', content }]
  return findMatterKindFaults(files).map(({ place, reason }) => `${place} ${reason}`)
}

const set =
  (path: string, value: unknown): Change =>
  (kind) => {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let within = kind as unknown as Members
    for (const name of names) within = within[name] as Members
    if (value === undefined) delete within[last]
    else within[last] = value
  }
const both =
  (...changes: Change[]): Change =>
  (kind) => {
    for (const change of changes) change(kind)
  }
const MOVE = { zh: '虚构步骤', en: 'Invented' }
const STATE = { zh: '虚构环节', en: 'Invented', waits_for: 'holder' }

const byRow = (change: Members = {}): Change =>
  both(
    set('answered_by_row', { rows: 'request', answers: 'replies' }),
    set('fields.replies', {
      zh: '答复',
      en: 'Answers',
      text: 100,
      one_of: { YES: { zh: '是', en: 'Yes' } },
      ...change,
    }),
    set('moves.answer.requires', ['field:replies']),
  )

const BROKEN: [title: string, change: Change, said: RegExp][] = [
  [
    'an unreachable state',
    set('states.LOST', { zh: '虚构', en: 'Invented', ends: 'LOST' }),
    /states\.LOST .*unreachable/,
  ],
  [
    'an open state with no way out',
    both(
      set('states.STUCK', STATE),
      set('moves.stick', { ...MOVE, from: ['SENT'], to: 'STUCK', by: 'holder', drops: ['ANSWER'] }),
    ),
    /states\.STUCK .*no way out/,
  ],
  ['a clock that some way leaves running', set('moves.unable.meets', undefined), /clocks\.ANSWER .*UNABLE/],
  ['a clock without a source', set('clocks.ANSWER.0.source', undefined), /source/],
  ['a clock with a blank source', set('clocks.ANSWER.0.source', ' '), /source/],
  ['a clock without certainty', set('clocks.ANSWER.0.certainty', undefined), /certainty/],
  ['a label of a state in one language', set('states.SENT.en', undefined), /states\/SENT.*en|en.*states\/SENT/],
  ['a label of a move in one language', set('moves.accept.zh', undefined), /moves\/accept.*zh|zh.*moves\/accept/],
  ['a field for the party that is not there', set('party_sees', ['elsewhere']), /party_sees .*elsewhere/],
  [
    'a party that reads what is for the seats only',
    both(set('party_sees', ['request']), set('visibility', 'SEATS_ONLY')),
    /party_sees .*seats only/,
  ],
  ['a mirrored matter that its holder moves', set('mirror', true), /moves\.accept .*Only the channel/],
  ['an unknown guard', set('moves.extend.guards', ['in_good_faith']), /guards/],
  ['an expression as a guard', set('moves.extend.guards', ['field:purpose=EVIDENCE && once']), /guards/],
  ['an unknown actor', set('moves.accept.by', 'anybody'), /by/],
  ['an unknown effect', set('moves.accept.effects', ['notify']), /effects/],
  ['an unknown clock act', set('moves.accept.stops', 'ANSWER'), /stops/],
  ['an unknown unit', set('clocks.ANSWER.0.unit', 'WEEKS'), /unit/],
  [
    'a fixed extension of a day that a letter sets',
    both(set('clocks.ANSWER.0.unit', 'SET'), set('clocks.ANSWER.0.extension', { value: 5, unit: 'WORKDAYS' })),
    /clocks\.ANSWER\[0\] .*another unit/,
  ],
  [
    'a clock that is started while it runs',
    set('moves.accept.starts', ['ANSWER']),
    /clocks\.ANSWER .*while it runs in SENT/,
  ],
  [
    'a pause that nothing ends',
    set('moves.halt', { ...MOVE, from: ['ACCEPTED'], by: 'holder', pauses: 'ANSWER' }),
    /clocks\.ANSWER .*without being resumed/,
  ],
  [
    'states in a circle that leads to no end',
    both(
      set('states.ROUND', STATE),
      set('states.ABOUT', STATE),
      set('moves.enter', { ...MOVE, from: ['SENT'], to: 'ROUND', by: 'holder', drops: ['ANSWER'] }),
      set('moves.turn', { ...MOVE, from: ['ROUND'], to: 'ABOUT', by: 'holder' }),
      set('moves.turn_back', { ...MOVE, from: ['ABOUT'], to: 'ROUND', by: 'holder' }),
    ),
    /states\.ROUND .*no way out.*states\.ABOUT .*no way out/s,
  ],
  [
    'a way back from the first state',
    set('moves.undo', { ...MOVE, from: ['SENT'], by: 'sender', effects: ['back'], drops: ['ANSWER'] }),
    /moves\.undo .*no state before the opening/,
  ],
  ['a line that no organisation has', set('moves.open.guards', ['holder_line:polise']), /moves\.open .*line polise/],
  ['waiting for somebody without a move', set('states.SENT.waits_for', 'copied'), /states\.SENT .*copied/],
  ['a state that waits and ends', set('states.DONE.waits_for', 'holder'), /states\.DONE .*waits/],
  ['a move to a state that is not there', set('moves.accept.to', 'NOWHERE'), /moves\.accept .*NOWHERE/],
  ['a guard on a clock that is not there', set('moves.extend.guards', ['in_time:NONE']), /moves\.extend .*NONE/],
  ['a field that is not there', set('moves.answer.requires', ['field:result']), /moves\.answer .*result/],
  ['an attachment that is not there', set('moves.answer.requires', ['attachment:NONE']), /moves\.answer .*NONE/],
  [
    'a choice by a value that is not there',
    set('clocks.ANSWER.0.when', { purpose: 'OTHER' }),
    /clocks\.ANSWER\[0\] .*OTHER/,
  ],
  ['two rows for one day', set('clocks.ANSWER.1.when', { purpose: 'EVIDENCE' }), /clocks\.ANSWER\[0\] .*Two rows/],
  ['a move name with another meaning', set('moves.accept.en', 'Swallow'), /moves\.accept .*different meanings/],
  ['a clock that nothing starts', set('moves.open.starts', undefined), /clocks\.ANSWER .*No move starts/],
  ['the name of another file', set('kind', 'help'), /assist\.json .*another name/],
  [
    'rows without a text',
    set('answered_by_row', { rows: 'purpose', answers: 'request' }),
    /answered_by_row .*text of rows/,
  ],
  [
    'rows that name no field',
    set('answered_by_row', { rows: 'none', answers: 'request' }),
    /answered_by_row .*text of rows/,
  ],
  ['answers that are required at the opening', byRow({ required: true }), /answered_by_row .*later answers/],
  ['answers without outcomes', byRow({ one_of: undefined }), /answered_by_row .*outcomes/],
  [
    'answers by a move that does not end the matter',
    both(byRow(), set('moves.answer.to', 'ACCEPTED')),
    /answered_by_row .*end the matter/,
  ],
  ['answers that no move takes', both(byRow(), set('moves.answer.requires', [])), /answered_by_row .*end the matter/],
  ['a sealed kind answered by row', both(byRow(), set('visibility', 'SEATS_ONLY')), /answered_by_row .*not sealed/],
  ['no opening move', set('moves.open', undefined), /open/],
]

describe('the check of kinds of matter', () => {
  it('finds no fault in the kinds as shipped', () => {
    expect(findMatterKindFaults(NAMES.map(filed))).to.deep.equal([])
  })

  it('refuses a folder without the kind of measures, and says how its measures are switched off', () => {
    expect(findMissingKind(NAMES.map(filed))).to.deep.equal([])
    const [fault, ...others] = findMissingKind(NAMES.filter((name) => name !== 'measure').map(filed))
    expect(others).to.deep.equal([])
    expect(fault?.place).to.equal('measure.json')
    expect(fault?.reason).to.include('请放回').and.to.include('empty organisations in rules/measures.json')
  })

  for (const [title, change, said] of BROKEN)
    it(`refuses ${title}, with file or place, in both languages`, () => {
      const faults = faultsAfter(change)
      expect(faults.join('\n')).to.match(said)
      for (const fault of faults)
        expect(fault)
          .to.match(/[\u4e00-\u9fff]/)
          .and.to.match(/^assist|^clue|^directive/)
    })
})
