import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import { SUBJECT_KINDS } from '../../domain/delivery/delivery.js'
import { RECORD_KINDS } from '../../domain/records/records.js'
import * as contracts from '../../foundation/contracts.js'
import { JOBS, RUN_CAUSES } from '../../store/timetable/runs.js'
import { administration } from '../access/administration.js'
import { withAccessChecks } from '../access/field-access.js'
import { lockouts } from '../access/lockouts.js'
import { door } from '../access/party-access.js'
import { auditLog } from '../audit/audit-log.js'
import { ruleTables } from '../calendar/rule-tables.js'
import { deliveries } from '../delivery/deliveries.js'
import { platforms } from '../delivery/platforms.js'
import { compared } from '../delivery/reconcile.js'
import { restored } from '../delivery/restored.js'
import { retractions } from '../delivery/retractions.js'
import { timelinessOf } from '../delivery/timeliness.js'
import { feedMapsOf } from '../intake/feed-maps.js'
import { rejected } from '../intake/rejects.js'
import { rollback } from '../intake/rollback.js'
import { cases } from '../listing/cases.js'
import { concerns } from '../listing/concerns.js'
import { deadlines } from '../listing/deadlines.js'
import { document } from '../listing/documents.js'
import { listing } from '../listing/listings.js'
import { moves } from '../listing/moves.js'
import { outlook } from '../listing/outlook.js'
import { clocks } from '../listing/publication-clocks.js'
import { directory } from '../operators/directory.js'
import { identity } from '../operators/identity.js'
import { operator } from '../operators/operator.js'
import { openRecords } from '../records/open-records.js'
import { withCosts } from '../request/costs.js'
import { SCALARS } from '../request/scalars.js'
import { audit } from '../scoring/audited-scores.js'
import { objection } from '../scoring/objections.js'
import { override } from '../scoring/overrides.js'
import { recoveryPath } from '../scoring/recovery-path.js'
import { score } from '../scoring/score.js'
import { scorecardLife } from '../scoring/scorecards.js'
import { watch } from '../scoring/watch-list.js'
import { sellersOf } from '../standing/sellers.js'
import { standing } from '../standing/standing.js'
import { webhooks } from '../standing/webhooks.js'
import { operations } from '../timetable/operations.js'
import { timetable } from '../timetable/timetable.js'
import { withOperatorNotes } from './audited-operators.js'
import { asOctober2021 } from './introspection.js'
import { node } from './nodes.js'
import { withSources } from './type-sources.js'

const upper = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word.toUpperCase(), word]))

const ENUMS = {
  RecordKind: upper(RECORD_KINDS),
  SubjectKind: upper(SUBJECT_KINDS),
  CodeScheme: upper(['uscc', 'org_code', 'reg_no', 'shop']),
  Job: {
    ...upper(JOBS.filter((job) => job !== 'takeback' && job !== 'trail')),
    ROLLBACK: 'takeback',
    AUDIT_LOG: 'trail',
  },
  RunCause: upper(RUN_CAUSES),
  // The database stores the former names of these values.
  ConcernCause: { ROLLED_BACK: 'TAKEN_BACK' },
  UnmatchedState: { ROLLED_BACK: 'TAKEN_BACK' },
  ScorecardActivationState: { ACTIVATED: 'ADOPTED' },
}

/** Later resolvers replace earlier ones: `door` (the party's access) wraps fields of `listing`. */
const RESOLVERS = [
  SCALARS,
  ENUMS,
  { Query: { node } },
  standing,
  watch,
  operator,
  directory,
  openRecords,
  sellersOf,
  listing,
  score,
  scorecardLife,
  operations,
  timetable,
  feedMapsOf,
  rejected,
  identity,
  concerns,
  rollback,
  override,
  objection,
  audit,
  recoveryPath,
  outlook,
  clocks,
  door,
  deadlines,
  platforms,
  deliveries,
  retractions,
  timelinessOf,
  compared,
  restored,
  lockouts,
  auditLog,
  webhooks,
  administration,
  ruleTables,
  cases,
  moves,
  document,
]

export const makeSchema = (): GraphQLSchema => {
  const typeDefs = contracts
    .folder('graphql')
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => contracts.text(`graphql/${file}`))
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: RESOLVERS,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  })
  return asOctober2021(withAccessChecks(withOperatorNotes(withCosts(withSources(schema)))))
}
