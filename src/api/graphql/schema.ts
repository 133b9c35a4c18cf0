import { makeExecutableSchema } from '@graphql-tools/schema'
import {
  DirectiveLocation,
  defaultFieldResolver,
  GraphQLDeprecatedDirective,
  GraphQLDirective,
  GraphQLSchema,
  isObjectType,
} from 'graphql'
import { SUBJECT_KINDS } from '../../domain/delivery/delivery.js'
import { RECORD_KINDS } from '../../domain/records/records.js'
import * as contracts from '../../foundation/contracts.js'
import { JOBS, RUN_CAUSES } from '../../store/timetable/runs.js'
import { withAccessChecks } from '../access/access-checks.js'
import { administrationResolvers } from '../access/administration.js'
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
import { linkedPenaltyResolvers } from '../listing/linked-penalty.js'
import { listingResolvers } from '../listing/listings.js'
import { moveResolvers } from '../listing/moves.js'
import { outlookResolvers } from '../listing/outlook.js'
import { paperResolvers } from '../listing/papers.js'
import { publicationClockResolvers } from '../listing/publication-clocks.js'
import { searchResolvers } from '../listing/search.js'
import { matterFigureResolvers } from '../matters/figures.js'
import { matterKindResolvers } from '../matters/matter-view.js'
import { matterResolvers } from '../matters/matters.js'
import { notificationResolvers } from '../notifications/notifications.js'
import { authorityResolvers } from '../office/authorities.js'
import { officeResolvers } from '../office/office.js'
import { directoryResolvers } from '../operators/directory.js'
import { identityResolvers } from '../operators/identity.js'
import { operatorResolvers } from '../operators/operator.js'
import { openRecordResolvers } from '../records/open-records.js'
import { siteResolvers } from '../records/sites.js'
import type { GraphqlContext } from '../request/context.js'
import { withFieldCosts } from '../request/costs.js'
import { SCALARS } from '../request/scalars.js'
import { objectionResolvers } from '../scoring/objections.js'
import { overrideResolvers } from '../scoring/overrides.js'
import { recoveryPathResolvers } from '../scoring/recovery-path.js'
import { scoreAuditResolvers, scoreResolvers } from '../scoring/score.js'
import { scorecardResolvers } from '../scoring/scorecards.js'
import { watchListResolvers } from '../scoring/watch-list.js'
import { sellerResolvers } from '../standing/sellers.js'
import { standingResolvers } from '../standing/standing.js'
import { webhookResolvers } from '../standing/webhooks.js'
import { operationResolvers } from '../timetable/operations.js'
import { timetableResolvers } from '../timetable/timetable.js'
import { keeperResolvers } from '../worklist/keepers.js'
import { worklistResolvers } from '../worklist/worklist.js'
import { withNotedOperators } from './audited-operators.js'
import { resolveNode } from './nodes.js'

/**
 * graphql-core 3.2 (Python's gql) refuses the location `DIRECTIVE_DEFINITION`, which graphql-js 16.15 gives
 * `@deprecated`.
 */
const DEPRECATED = new GraphQLDirective({
  ...GraphQLDeprecatedDirective.toConfig(),
  locations: GraphQLDeprecatedDirective.locations.filter((one) => one !== DirectiveLocation.DIRECTIVE_DEFINITION),
})

export const withOctober2021Introspection = (schema: GraphQLSchema): GraphQLSchema => {
  const config = schema.toConfig()
  const directives = config.directives.map((one) => (one.name === DEPRECATED.name ? DEPRECATED : one))
  return new GraphQLSchema({ ...config, directives })
}

const FROM: readonly { zh: string; en: string; types: string }[] = [
  {
    zh: '信源单位报送的信用信息，原件见 Record.source',
    en: 'records that agencies sent; where each stood, Record.source says',
    types: `Operator OperatorCode NameBefore Record Source Remark Site Trademark Product ProductSampling ProductRecall Reject Problem Unmatched UnmatchedSubject`,
  },
  {
    zh: '本枢纽依信用信息和评分卡计算',
    en: 'reckoned here, from records and a scorecard',
    types: `Standing Score Reason RecoveryStep RecoveryAnswer LastingLoss WatchEntry RollbackPreview RecordUndone ListingUndone ScoreUndone ScorecardTrial TrialGradeMove GradeCounts TrialSpread
      TrialMove TrialScore TrialReason TrialSide TrialRegion TrialKind`,
  },
  {
    zh: '本枢纽依 schema/rules 的规则计算',
    en: 'reckoned here, by the rules of schema/rules',
    types: `NameMatch FeedTimeliness RuleCount TimelinessFigure MatterFigure MatterFigureCount MatterFigureIssue DueDelivery Deadline ListingClocks PublicationClock IdentityProposal IdentityEvidence
      CaseColumn LinkedPenalty MaskedPart PublicText ListingDocument DocumentBlank MoveOutlook MoveDenial CaseTask WorkItem WorkCount
      CalendarForeseen CalendarDayForeseen DeadlineMoving`,
  },
  {
    zh: '规则文件 schema/rules',
    en: 'the rule files, schema/rules',
    types:
      'ListKind LegalBasis RemovalRule Measure RepairEntrance DeadlineRule ClockSeverity TimelinessLimit RuleAdvice RuleTable RuleSection RuleRow RuleField UnconfirmedRule CalendarYear CalendarDay',
  },
  {
    zh: '评分卡文件 schema/scorecards',
    en: 'the scorecard files, schema/scorecards',
    types: 'Scorecard ScorecardVersion GradeLine Dimension ScorecardRule ScorecardVeto',
  },
  {
    zh: '经办人、复核人等在本枢纽的办理；转录的名单除外，其出自信源单位',
    en: 'what people did here; a mirrored listing is an agency’s',
    types: `Listing ListingMove Hiding RepairApplication Proceeding Concern Rollback IdentityDecision Override Objection AccessCode IssuedAccessCode SealedPaper
      ScorecardActivation Authorisation OfficeProposal OfficeService OwnRule HubFinding SetupStep OfficeSetting OfficeSettingChange ReadRule RuleReading CalendarProposal Authority AuthorityStatement JobPause FeedMap FeedMapLine FeedPlaces OwnList ListEnd PendingAccountChange Handover Absence DeliveryAct DeliveryClosed PlatformAct SellerList MarketplaceSellers`,
  },
  {
    zh: '各单位之间的交办与答复',
    en: 'what organisations handed to each other and answered',
    types:
      'Matter MatterContent MatterFieldValue MatterMoveMade MatterAttachment MatterHandover MatterCounts ListingMeasure AlikeMatter Reporter PartyMatter PartyMatterField CheckCoverage',
  },
  {
    zh: '协作事项的种类文件 schema/matters',
    en: 'the files of kinds of matters, schema/matters',
    types:
      'MatterKind MatterTerm MatterFieldKind MatterStateKind MatterMoveKind MatterClockRule MatterSpan Organisation MatterClock',
  },
  {
    zh: '信用平台的回执或展示',
    en: 'what credit platforms answered or show',
    types: 'PlatformSaid RefusedByCode Comparison Discrepancy',
  },
  {
    zh: '本枢纽自身的运行记录',
    en: 'what the hub notes of its own running',
    types: `Run RunError Occurrence TimetableRow Delivery Retraction RetractionReceiver RetractionMarketplace DeliveryAgain SearchResult FoundDocument FoundColleague Webhook WebhookCall WebhookReplay WebhookSecret DatabaseRestored RestoredFinding RestoredReach RestoredCompared AuditLogRow Asking
      NotificationSettings NotificationRobot ProposedRobot MailTest UndeliveredNotification
      Lockout Viewer Agency Feed FeedForm FeedSample FeedColumn Platform Client Person Colleague IssuedSecret IssuedPassword`,
  },
]

const SOURCES: ReadonlyMap<string, string> = new Map(
  FROM.flatMap(({ zh, en, types }) =>
    types.split(/\s+/).map((type): [string, string] => [type, `来源 Source: ${zh}。${en}.`]),
  ),
)

const withSourceDescriptions = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    const source = SOURCES.get(type.name)
    if (isObjectType(type) && source !== undefined) type.description = `${type.description ?? ''}\n${source}`
  }
  return schema
}

const withRootFieldCounts = (schema: GraphQLSchema): GraphQLSchema => {
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      const { name, resolve = defaultFieldResolver } = field
      field.resolve = (source, args, context: GraphqlContext, question) => {
        context.parts.metrics.field(name)()
        return resolve(source, args, context, question)
      }
    }
  }
  return schema
}

const upper = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word.toUpperCase(), word]))

const ENUMS = {
  RecordKind: upper([...RECORD_KINDS, 'mirror']),
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

const RESOLVERS = [
  SCALARS,
  ENUMS,
  { Query: { node: resolveNode } },
  standingResolvers,
  watchListResolvers,
  operatorResolvers,
  directoryResolvers,
  openRecordResolvers,
  siteResolvers,
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
  paperResolvers,
  authorityResolvers,
  platformResolvers,
  deliveryResolvers,
  retractionResolvers,
  timelinessResolvers,
  comparisonResolvers,
  restoredDatabaseResolvers,
  lockoutResolvers,
  auditLogResolvers,
  webhookResolvers,
  notificationResolvers,
  administrationResolvers,
  ruleTableResolvers,
  officeResolvers,
  caseResolvers,
  worklistResolvers,
  keeperResolvers,
  searchResolvers,
  linkedPenaltyResolvers,
  moveResolvers,
  documentResolvers,
  matterKindResolvers,
  matterFigureResolvers,
  matterResolvers,
]

export const makeSchema = (): GraphQLSchema => {
  const typeDefs = contracts
    .listSchemaFiles('graphql')
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => contracts.schemaText(`graphql/${file}`))
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: RESOLVERS,
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  })
  return withOctober2021Introspection(
    withRootFieldCounts(withAccessChecks(withNotedOperators(withFieldCosts(withSourceDescriptions(schema))))),
  )
}
