import type { Agency } from '../../agencies/feed.js'
import { isRegionBound, mayConsentToListing, regionBoundOf, type Viewer } from '../../domain/access/viewer.js'
import { type ListKind, needsConsent } from '../../domain/listing/lists.js'
import { DIVISION_LEVELS } from '../../domain/operators/places.js'
import { WORK_KINDS, type WorkKind } from '../../domain/worklist/tasks.js'
import {
  countForWorker,
  keepersOf,
  mayDoKind,
  type WorkCount,
  type Worker,
  type WorkScope,
} from '../../domain/worklist/worklist.js'
import * as people from '../../store/access/people.js'
import type { Db } from '../../store/db/db.js'
import * as keepers from '../../store/worklist/keepers.js'
import { countTasks } from '../../store/worklist/task-counts.js'
import * as store from '../../store/worklist/worklist.js'
import type { WorkRules } from '../calendar/rules.js'
import { findLateLimits } from '../delivery/timeliness.js'

export interface WorkQuestion {
  viewer: Viewer
  today: string
  rules: WorkRules
  /** Feeds of the viewer's agency; null: of all agencies. */
  feeds: readonly string[] | null
}

export const findFeedsSeen = (
  { role, agency }: Pick<Viewer, 'role' | 'agency'>,
  agencies: readonly Pick<Agency, 'id' | 'sends'>[],
): readonly string[] | null =>
  role === 'agency' ? agencies.filter(({ id }) => id === agency).flatMap(({ sends }) => [...sends]) : null

export const findWorker = async (db: Db, viewer: Viewer, today: string): Promise<Worker> => {
  const sub = viewer.sub ?? ''
  const duty = viewer.role === 'administrator' ? ((await people.findPerson(db, sub))?.duty ?? null) : null
  return { viewer, duty, deputises: await keepers.listDeputised(db, sub, today) }
}

/** One row for each kind of the person's tasks, also where nothing waits. */
export const countWorkOf = async (db: Db, question: WorkQuestion): Promise<WorkCount[]> => {
  const worker = await findWorker(db, question.viewer, question.today)
  const kinds = WORK_KINDS.filter((kind) => mayDoKind(worker, kind))
  return countForWorker(worker, await countTasks(db, kinds, keepersOf(worker), await viewOf(db, question)))
}

export const listWorkOf = async (
  db: Db,
  question: WorkQuestion,
  { scope, kind, kinds: among = WORK_KINDS }: { scope: WorkScope; kind: WorkKind | null; kinds?: readonly WorkKind[] },
  page: { first: number; after: store.WorkKey | null },
): Promise<store.ListedWork[]> => {
  const worker = await findWorker(db, question.viewer, question.today)
  const kinds = among.filter((one) => (kind === null || one === kind) && mayDoKind(worker, one))
  const { viewer } = question
  const query = {
    kinds,
    scope,
    self: viewer.sub ?? '',
    keepers: keepersOf(worker),
    levels: isRegionBound(viewer) ? DIVISION_LEVELS.filter((level) => mayConsentToListing(viewer, level)) : null,
  }
  return store.listWork(db, query, await viewOf(db, question), page)
}

const viewOf = async (db: Db, { viewer, today, rules, feeds }: WorkQuestion): Promise<store.WorkView> => {
  const sight = regionBoundOf(viewer)
  return {
    today,
    sight,
    consents: rules.lists.flatMap((list) => consentKeysOf(list, today)),
    feeds,
    sender: sight === null ? null : (viewer.sub ?? ''),
    until: await findLateLimits(db, rules, today),
  }
}

const consentKeysOf = (list: ListKind, today: string): string[] =>
  [null, ...DIVISION_LEVELS]
    .filter((level) => needsConsent(list, level, today))
    .map((level) => `${list.id}/${level ?? ''}`)
