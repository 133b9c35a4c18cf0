import { type GraphQLSchema, isObjectType } from 'graphql'

const FROM: readonly { zh: string; en: string; types: string }[] = [
  {
    zh: '信源单位报送的信用信息，原件见 Record.source',
    en: 'records that agencies sent; where each stood, Record.source says',
    types: `Operator OperatorCode NameBefore Record Source Remark Trademark Product ProductSampling ProductRecall Reject Problem Unmatched UnmatchedSubject`,
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
    types: `NameMatch FeedTimeliness RuleCount TimelinessFigure DueDelivery Deadline ListingClocks PublicationClock IdentityProposal IdentityEvidence
      CaseColumn MaskedPart PublicText ListingDocument DocumentBlank MoveOutlook MoveDenial
      CalendarForeseen CalendarDayForeseen DeadlineMoving`,
  },
  {
    zh: '规则文件 schema/rules',
    en: 'the rule files, schema/rules',
    types:
      'ListKind LegalBasis RemovalRule Measure RepairEntrance DeadlineRule ClockSeverity TimelinessLimit RuleAdvice RuleTable RuleSection RuleRow RuleField CalendarYear CalendarDay',
  },
  {
    zh: '评分卡文件 schema/scorecards',
    en: 'the scorecard files, schema/scorecards',
    types: 'Scorecard ScorecardVersion GradeLine Dimension ScorecardRule ScorecardVeto',
  },
  {
    zh: '经办人、复核人等在本枢纽的办理；转录的名单除外，其出自信源单位',
    en: 'what people did here; a mirrored listing is an agency’s',
    types: `Listing ListingMove Hiding RepairApplication Proceeding Concern Rollback IdentityDecision Override Objection AccessCode IssuedAccessCode
      ScorecardActivation Authorisation CalendarProposal JobPause FeedMap FeedMapLine DeliveryAct DeliveryClosed PlatformAct SellerList`,
  },
  {
    zh: '信用平台的回执或展示',
    en: 'what credit platforms answered or show',
    types: 'PlatformSaid RefusedByCode Comparison Discrepancy',
  },
  {
    zh: '本枢纽自身的运行记录',
    en: 'what the hub notes of its own running',
    types: `Run RunError Occurrence TimetableRow Delivery Retraction RetractionReceiver RetractionMarketplace DeliveryAgain Webhook WebhookSecret DatabaseRestored RestoredReach RestoredCompared AuditLogRow Asking
      Lockout Viewer Agency Feed FeedForm Platform Client Person IssuedSecret IssuedPassword`,
  },
]

const SOURCES: ReadonlyMap<string, string> = new Map(
  FROM.flatMap(({ zh, en, types }) =>
    types.split(/\s+/).map((type): [string, string] => [type, `来源 Source: ${zh}。${en}.`]),
  ),
)

export const withSourceDescriptions = (schema: GraphQLSchema): GraphQLSchema => {
  for (const type of Object.values(schema.getTypeMap())) {
    const source = SOURCES.get(type.name)
    if (isObjectType(type) && source !== undefined) type.description = `${type.description ?? ''}\n${source}`
  }
  return schema
}
