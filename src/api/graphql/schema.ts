import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import { SUBJECT_KINDS } from '../../domain/delivery/delivery.js'
import { RECORD_KINDS } from '../../domain/records/records.js'
import * as contracts from '../../foundation/contracts.js'
import { JOBS, RUN_CAUSES } from '../../store/timetable/runs.js'
import { administrationResolvers } from '../access/administration.js'
import { withAccessChecks } from '../access/field-access.js'
import { lockoutResolvers } from '../access/lockouts.js'
import { partyAccessResolvers } from '../access/party-access.js'
import { auditLogResolvers } from '../audit/audit-log.js'
import { ruleTableResolvers } from '../calendar/rule-tables.js'
import { deliveryResolvers } from '../delivery/deliveries.js'
import { platformResolvers } from '../delivery/platforms.js'
import { comparisonResolvers } from '../delivery/reconcile.js'
import { restoredDatabaseResolvers } from '../delivery/restored.js'
import { retractionResolvers } from '../delivery/retractions.js'
import { timelinessResolvers } from '../delivery/timeliness.js'
import { feedMapResolvers } from '../intake/feed-maps.js'
import { rejectResolvers } from '../intake/rejects.js'
import { rollbackResolvers } from '../intake/rollback.js'
import { caseResolvers } from '../listing/cases.js'
import { concernResolvers } from '../listing/concerns.js'
import { deadlineResolvers } from '../listing/deadlines.js'
import { documentResolvers } from '../listing/documents.js'
import { listingResolvers } from '../listing/listings.js'
import { moveResolvers } from '../listing/moves.js'
import { outlookResolvers } from '../listing/outlook.js'
import { publicationClockResolvers } from '../listing/publication-clocks.js'
import { directoryResolvers } from '../operators/directory.js'
import { identityResolvers } from '../operators/identity.js'
import { operatorResolvers } from '../operators/operator.js'
import { openRecordResolvers } from '../records/open-records.js'
import { withFieldCosts } from '../request/costs.js'
import { SCALARS } from '../request/scalars.js'
import { scoreAuditResolvers } from '../scoring/audited-scores.js'
import { objectionResolvers } from '../scoring/objections.js'
import { overrideResolvers } from '../scoring/overrides.js'
import { recoveryPathResolvers } from '../scoring/recovery-path.js'
import { scoreResolvers } from '../scoring/score.js'
import { scorecardResolvers } from '../scoring/scorecards.js'
import { watchListResolvers } from '../scoring/watch-list.js'
import { sellerResolvers } from '../standing/sellers.js'
import { standingResolvers } from '../standing/standing.js'
import { webhookResolvers } from '../standing/webhooks.js'
import { operationResolvers } from '../timetable/operations.js'
import { timetableResolvers } from '../timetable/timetable.js'
import { withNotedOperators } from './audited-operators.js'
import { withOctober2021Introspection } from './introspection.js'
import { resolveNode } from './nodes.js'
import { withSourceDescriptions } from './type-sources.js'

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

/** Later resolvers replace earlier ones: `partyAccessResolvers` wraps fields of `listingResolvers`. */
const RESOLVERS = [
  SCALARS,
  ENUMS,
  { Query: { node: resolveNode } },
  standingResolvers,
  watchListResolvers,
  operatorResolvers,
  directoryResolvers,
  openRecordResolvers,
  sellerResolvers,
  listingResolvers,
  scoreResolvers,
  scorecardResolvers,
  operationResolvers,
  timetableResolvers,
  feedMapResolvers,
  rejectResolvers,
  identityResolvers,
  concernResolvers,
  rollbackResolvers,
  overrideResolvers,
  objectionResolvers,
  scoreAuditResolvers,
  recoveryPathResolvers,
  outlookResolvers,
  publicationClockResolvers,
  partyAccessResolvers,
  deadlineResolvers,
  platformResolvers,
  deliveryResolvers,
  retractionResolvers,
  timelinessResolvers,
  comparisonResolvers,
  restoredDatabaseResolvers,
  lockoutResolvers,
  auditLogResolvers,
  webhookResolvers,
  administrationResolvers,
  ruleTableResolvers,
  caseResolvers,
  moveResolvers,
  documentResolvers,
]

export const makeSchema = (): GraphQLSchema => {
  const typeDefs = contracts
    .schemaFolder('graphql')
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => contracts.schemaText(`graphql/${file}`))
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: RESOLVERS,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  })
  return withOctober2021Introspection(
    withAccessChecks(withNotedOperators(withFieldCosts(withSourceDescriptions(schema)))),
  )
}
