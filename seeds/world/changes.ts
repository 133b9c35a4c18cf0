import { at, type Chance, chance, plusDays } from './chance.js'
import { CAST, EARLIER_ON, LAST_DAY } from './operators.js'
import { addressIn, placeOf } from './places.js'
import type { WorldChange, WorldOperator } from './types.js'

type FieldsBefore = WorldChange['was']
type FieldsAfter = Partial<WorldOperator>

export const changed = (
  operators: readonly WorldOperator[],
): { operators: WorldOperator[]; changes: WorldChange[] } => {
  const luck = chance('changes')
  const now = [...operators]
  const changes: WorldChange[] = []
  const change = (i: number, make: (one: WorldOperator) => { was: FieldsBefore; now: FieldsAfter }): void => {
    const one = at(now, i)
    const changedOn = luck.day(plusDays(EARLIER_ON, 1), LAST_DAY)
    const made = make(one)
    now[i] = { ...one, ...made.now, approvedOn: changedOn }
    changes.push({ code: one.code, changedOn, was: { ...made.was, approvedOn: one.approvedOn } })
  }
  for (const i of CAST.renamed) change(i, renamed)
  for (const i of CAST.moved) change(i, (one) => moved(one, luck))
  for (const i of CAST.recapitalised) change(i, recapitalised)
  for (const i of CAST.ended) change(i, (one) => ended(one, i === CAST.ended[0]))
  return { operators: now, changes }
}

const renamed = (one: WorldOperator): { was: FieldsBefore; now: FieldsAfter } => {
  const name = `${placeOf(one.region).short}${one.brand}实业有限公司`
  return { was: { name, formerNames: one.formerNames }, now: { formerNames: [...one.formerNames, name] } }
}

const moved = (one: WorldOperator, luck: Chance): { was: FieldsBefore; now: FieldsAfter } => ({
  was: { address: one.address },
  now: { address: addressIn(placeOf(one.region), luck) },
})

const recapitalised = (one: WorldOperator): { was: FieldsBefore; now: FieldsAfter } => ({
  was: { capitalWan: one.capitalWan },
  now: { capitalWan: (one.capitalWan ?? 0) + 500 },
})

const ended = (one: WorldOperator, struckOff: boolean): { was: FieldsBefore; now: FieldsAfter } => ({
  was: { status: one.status },
  now: { status: struckOff ? 'REVOKED' : 'DEREGISTERED' },
})
