import { isSamePerson, mayInRegion, type Viewer } from '../../domain/access/viewer.js'
import type { DivisionLevel } from '../../domain/operators/places.js'
import { checkAndRedactText } from '../../domain/records/privacy.js'
import {
  type AbsenceFault,
  type Colleague,
  findAbsenceFault,
  findCommonSight,
  mayKeepCases,
  viewerOfColleague,
} from '../../domain/worklist/keepers.js'
import type { WorkKind } from '../../domain/worklist/tasks.js'
import { mayDoTask } from '../../domain/worklist/worklist.js'
import { Refusal } from '../../foundation/errors.js'
import * as people from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'
import * as store from '../../store/worklist/keepers.js'

const CASES_MOST = 1_000

export const listColleagues = async (db: Db): Promise<Colleague[]> =>
  (await people.listActivePeople(db)).map(({ id, role, agency, region }) => ({ name: id, role, agency, region }))

const findColleague = async (db: Db, name: string): Promise<Colleague> => {
  const found = (await listColleagues(db)).find((one) => one.name === name)
  if (found === undefined) throw new Refusal('PERSON_UNKNOWN', { name })
  return found
}

export interface HandoverRequest {
  viewer: Viewer
  ids: readonly string[]
  /** Back to the office if null. */
  to: string | null
  note: string
  now: Date
  pseudonymOf: (id: string) => string
}

/**
 * Skips cases that the person may not move. Returns those now kept as asked. Refusals: PERSON_UNKNOWN, KEEPER_UNFIT,
 * INPUT_INVALID.
 */
export const handOverCases = async (
  db: Db,
  { viewer, ids, to, note, now, pseudonymOf }: HandoverRequest,
): Promise<string[]> => {
  const text = checkAndRedactText(note, '说明 note', pseudonymOf)
  if (ids.length > CASES_MOST)
    throw new Refusal('INPUT_INVALID', { reason: `一次不得超过 ${CASES_MOST} 件 at most ${CASES_MOST} cases at once` })
  const by = viewer.sub ?? ''
  const keeper = to === null ? null : isSamePerson(to, by) ? viewer : viewerOfColleague(await findKeeper(db, to))
  const sight = keeper === null ? findCommonSight(viewer, viewer) : findCommonSight(viewer, keeper)
  if (sight === undefined) throw new Refusal('KEEPER_UNFIT', { name: to ?? '' })
  return store.handOver(db, ids, { to: keeper?.sub ?? null, note: text, by, at: now, sight })
}

/** Refusals: PERSON_UNKNOWN, KEEPER_UNFIT. */
export const findKeeper = async (db: Db, name: string): Promise<Colleague> => {
  const found = await findColleague(db, name)
  if (!mayKeepCases(found)) throw new Refusal('KEEPER_UNFIT', { name })
  return found
}

export interface AbsenceInput {
  person: string
  deputy: string
  fromOn: string
  toOn: string
}

const FAULTS: Record<AbsenceFault, string> = {
  DAYS: '起止日期有误 the days are wrong',
  PAST: '外出已经结束 the absence is over',
  SELF: '代办人不能是本人 nobody deputises for oneself',
  ROLE: '代办人须与本人角色相同 the deputy has another role',
  REGION: '代办人的区划不包含本人的区划 the deputy’s region does not hold the person’s',
}

/** Refusals: PERSON_UNKNOWN, ABSENCE_INVALID. */
export const recordAbsence = async (
  db: Db,
  input: AbsenceInput,
  { by, now, today }: ActOfDay,
): Promise<store.Absence> => {
  const [person, deputy] = [await findColleague(db, input.person), await findColleague(db, input.deputy)]
  const { fromOn, toOn } = input
  const fault = findAbsenceFault({ person, deputy, fromOn, toOn }, today)
  if (fault !== null) throw new Refusal('ABSENCE_INVALID', { reason: FAULTS[fault] })
  return store.addAbsence(db, { person: person.name, deputy: deputy.name, fromOn, toOn, madeBy: by, at: now })
}

interface ActOfDay {
  by: string
  now: Date
  today: string
}

/** Refusal ABSENCE_UNKNOWN. `mayEnd` tells whether the viewer may end that person's absence. */
export const endAbsence = async (
  db: Db,
  id: number,
  { by, now, mayEnd }: Pick<ActOfDay, 'by' | 'now'> & { mayEnd: (person: string) => boolean },
): Promise<void> => {
  const found = await store.findAbsence(db, id)
  if (found === null || !mayEnd(found.person) || !(await store.endAbsence(db, id, by, now)))
    throw new Refusal('ABSENCE_UNKNOWN')
}

export interface ConfirmerQuestion {
  kind: WorkKind
  notBy: string | null
  /** Region of the operator; null: of none. */
  region: string | null
  level: DivisionLevel | null
}

export const listConfirmers = async (db: Db, { kind, notBy, region, level }: ConfirmerQuestion): Promise<Colleague[]> =>
  (await people.listActivePeople(db))
    .map(({ id: name, duty, ...rest }) => ({
      person: { name, role: rest.role, agency: rest.agency, region: rest.region },
      duty,
    }))
    .filter(({ person, duty }) => {
      const viewer = viewerOfColleague(person)
      const isTheirs = region === null || mayInRegion(viewer, 'move_listing', region) || !mayKeepCases(person)
      return isTheirs && mayDoTask({ viewer, duty, deputises: [] }, { kind, notBy, level })
    })
    .map(({ person }) => person)
