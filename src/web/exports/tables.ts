/** `as`: an enum of the schema, or how else the value becomes words. */
export interface ExportColumn {
  title: string
  path: string
  as?: string
}

export interface ExportTable {
  title: string
  field: string
  /** The field answers the whole list instead of a connection. */
  isWhole?: true
  isUncounted?: true
  /** Arguments beside the page, with their GraphQL types. */
  args: Readonly<Record<string, string>>
  nodes: string
  columns: readonly ExportColumn[]
}

const column = (title: string, path: string, as?: string): ExportColumn =>
  as === undefined ? { title, path } : { title, path, as }

const OPERATOR = 'operator { name uscc shop region }'
const OPERATOR_COLUMNS = (of: string): ExportColumn[] => [
  column('主体', `${of}.name`),
  column('代码', `${of}.uscc|${of}.shop`),
  column('登记地区', `${of}.region`, 'REGION'),
]
const LISTING = `listing { state ${OPERATOR} }`

export const EXPORT_TABLES: Readonly<Record<string, ExportTable>> = {
  cases: {
    title: '名单案件',
    field: 'cases',
    args: { filter: 'CaseFilter', sort: 'CaseSort' },
    nodes: `${OPERATOR} list { name { zh } } state leadGround reason authority documentNumber decidedOn publishedOn endsOn keeper
      penalty { documentNumber authority decidedOn violation fineYuan heavy linked }
      deadlines { name dueOn state }`,
    columns: [
      ...OPERATOR_COLUMNS('operator'),
      column('名单', 'list.name.zh'),
      column('状态', 'state', 'ListingState'),
      column('经办人', 'keeper'),
      column('事由', 'reason'),
      column('处罚决定文号', 'penalty.documentNumber'),
      column('处罚机关', 'penalty.authority'),
      column('处罚决定之日', 'penalty.decidedOn'),
      column('违法行为', 'penalty.violation'),
      column('罚款（元）', 'penalty.fineYuan'),
      column('较重行政处罚', 'penalty.heavy', 'BOOLEAN'),
      column('已关联', 'penalty.linked', 'BOOLEAN'),
      column('线索的根据', 'leadGround', 'LeadGround'),
      column('列入决定文号', 'documentNumber'),
      column('决定之日', 'decidedOn'),
      column('公示之日', 'publishedOn'),
      column('届满之日', 'endsOn'),
      column('未办结的期限', 'deadlines', 'DEADLINES'),
    ],
  },
  deadlines: {
    title: '期限',
    field: 'deadlines',
    args: { state: 'DeadlineState', filter: 'DeadlineFilter', order: 'ListOrder' },
    nodes: `name startsOn dueOn provisional state rule { value basis } listing { state keeper list { name { zh } } ${OPERATOR} }`,
    columns: [
      ...OPERATOR_COLUMNS('listing.operator'),
      column('名单', 'listing.list.name.zh'),
      column('案件状态', 'listing.state', 'ListingState'),
      column('经办人', 'listing.keeper'),
      column('期限', 'name', 'DeadlineName'),
      column('起算', 'startsOn'),
      column('最后一天', 'dueOn'),
      column('状态', 'state', 'DeadlineState'),
      column('工作日', 'rule.value'),
      column('依据', 'rule.basis'),
    ],
  },
  matters: {
    title: '协作事项',
    field: 'matters',
    isUncounted: true,
    args: { queue: 'MatterQueue', kind: 'String', region: 'String' },
    nodes: `number definition { name { zh } } senderName { zh } sender holderName { zh } holder stateName { zh } openedAt receivedAt
      nextClock { dueOn late rule { source confirmed } } content { reference code operatorName }`,
    columns: [
      column('编号', 'number'),
      column('种类', 'definition.name.zh'),
      column('所涉主体', 'content.operatorName'),
      column('代码', 'content.code'),
      column('发送方', 'senderName.zh|sender'),
      column('承办方', 'holderName.zh|holder'),
      column('环节', 'stateName.zh'),
      column('发起', 'openedAt', 'INSTANT'),
      column('收悉', 'receivedAt', 'INSTANT'),
      column('最近的时限', 'nextClock.dueOn'),
      column('逾期', 'nextClock.late', 'BOOLEAN'),
      column('时限的依据', 'nextClock.rule.source'),
      column('依据已经核实', 'nextClock.rule.confirmed', 'BOOLEAN'),
      column('发送方编号', 'content.reference'),
    ],
  },
  concerns: {
    title: '待核事项',
    field: 'concerns',
    args: { filter: 'ConcernFilter', order: 'ListOrder' },
    nodes: `cause openedAt settledAt settledBy note ${LISTING}`,
    columns: [
      ...OPERATOR_COLUMNS('listing.operator'),
      column('案件状态', 'listing.state', 'ListingState'),
      column('缘由', 'cause', 'ConcernCause'),
      column('提出', 'openedAt', 'INSTANT'),
      column('办结', 'settledAt', 'INSTANT'),
      column('办结人', 'settledBy'),
      column('结果', 'note'),
    ],
  },
  objections: {
    title: '异议',
    field: 'objections',
    args: { state: 'ObjectionState', filter: 'ObjectionFilter', order: 'ListOrder' },
    nodes: `${OPERATOR} feed statement state openedBy openedAt dueOn decidedBy decidedAt note`,
    columns: [
      ...OPERATOR_COLUMNS('operator'),
      column('数据源', 'feed', 'FEED'),
      column('陈述', 'statement'),
      column('状态', 'state', 'ObjectionState'),
      column('提出人', 'openedBy'),
      column('提出', 'openedAt', 'INSTANT'),
      column('应于何日前答复', 'dueOn'),
      column('决定人', 'decidedBy'),
      column('决定', 'decidedAt', 'INSTANT'),
      column('说明', 'note'),
    ],
  },
  rejects: {
    title: '拒收条目',
    field: 'rejects',
    args: { feed: 'ID', run: 'ID', state: 'RejectState', rule: 'String', field: 'String', order: 'ListOrder' },
    nodes:
      'feed source { file page row } receivedAt problems { field heading message } item state settledAt settledBy note',
    columns: [
      column('数据源', 'feed', 'FEED'),
      column('文件', 'source.file'),
      column('页', 'source.page'),
      column('行', 'source.row'),
      column('接收', 'receivedAt', 'INSTANT'),
      column('问题', 'problems', 'PROBLEMS'),
      column('来件', 'item', 'ITEM'),
      column('状态', 'state', 'RejectState'),
      column('处理', 'settledAt', 'INSTANT'),
      column('处理人', 'settledBy'),
      column('理由', 'note'),
    ],
  },
  unmatched: {
    title: '身份认定',
    field: 'unmatched',
    args: { feed: 'ID', state: 'UnmatchedState', filter: 'UnmatchedFilter', order: 'ListOrder' },
    nodes: `feed kind reason state subject { name uscc orgCode regNo shop } proposal { ${OPERATOR} } source { file row }`,
    columns: [
      column('数据源', 'feed', 'FEED'),
      column('种类', 'kind', 'RecordKind'),
      column('来件所称名称', 'subject.name'),
      column('来件所称代码', 'subject.uscc|subject.orgCode|subject.regNo|subject.shop'),
      column('未能归入的原因', 'reason', 'UnmatchedReason'),
      column('状态', 'state', 'UnmatchedState'),
      column('建议归入', 'proposal.operator.name'),
      column('建议归入的代码', 'proposal.operator.uscc|proposal.operator.shop'),
      column('文件', 'source.file'),
      column('行', 'source.row'),
    ],
  },
  deliveries: {
    title: '推送',
    field: 'deliveries',
    args: { filter: 'DeliveryFilter', order: 'ListOrder' },
    nodes: `platform kind action state attempts owedAt sentAt confirmedAt lastError ${LISTING}`,
    columns: [
      column('信用平台', 'platform', 'PLATFORM'),
      ...OPERATOR_COLUMNS('listing.operator'),
      column('对象', 'kind', 'SubjectKind'),
      column('内容', 'action', 'DeliveryAction'),
      column('状态', 'state', 'DeliveryState'),
      column('已试次数', 'attempts'),
      column('应推送', 'owedAt', 'INSTANT'),
      column('推送', 'sentAt', 'INSTANT'),
      column('确认', 'confirmedAt', 'INSTANT'),
      column('最近的错误', 'lastError', 'MESSAGE'),
    ],
  },
  dueDeliveries: {
    title: '到期和逾期的推送',
    field: 'dueDeliveries',
    args: { lateOnly: 'Boolean', platform: 'String', filter: 'DueDeliveryFilter' },
    nodes: 'platformName { zh } kind authority duty countedFrom dueOn late state attempts lastError',
    columns: [
      column('信用平台', 'platformName.zh'),
      column('对象', 'kind', 'SubjectKind'),
      column('事项', 'duty', 'TimelinessDuty'),
      column('作出机关', 'authority'),
      column('起算', 'countedFrom'),
      column('最后一天', 'dueOn'),
      column('逾期', 'late', 'BOOLEAN'),
      column('状态', 'state', 'DeliveryState'),
      column('已试次数', 'attempts'),
      column('最近的错误', 'lastError'),
    ],
  },
  retractions: {
    title: '撤回台账',
    field: 'retractions',
    args: { filter: 'RetractionFilter', order: 'ListOrder' },
    nodes: `kind removedAt removedOn reasonText documentNumber done receivers { platform state }
      listing { ${OPERATOR} measures { organisation { zh } item stateName { zh } dueOn lifted } }`,
    columns: [
      ...OPERATOR_COLUMNS('listing.operator'),
      column('对象', 'kind', 'SubjectKind'),
      column('撤回', 'removedAt', 'INSTANT'),
      column('移出之日', 'removedOn'),
      column('事由', 'reasonText'),
      column('文号', 'documentNumber'),
      column('全部确认', 'done', 'BOOLEAN'),
      column('曾收到的平台', 'receivers.platform', 'PLATFORM'),
      column('尚未确认解除的惩戒措施', 'listing.measures', 'MEASURES'),
    ],
  },
  discrepancies: {
    title: '比对与不符',
    field: 'discrepancies',
    args: { filter: 'DiscrepancyFilter', order: 'ListOrder' },
    nodes: `platform what did foundAt lastFoundAt times settledAt settledBy note ${LISTING}`,
    columns: [
      column('信用平台', 'platform', 'PLATFORM'),
      ...OPERATOR_COLUMNS('listing.operator'),
      column('种类', 'what', 'DiscrepancyKind'),
      column('已作的处理', 'did', 'DiscrepancyDeed'),
      column('发现', 'foundAt', 'INSTANT'),
      column('最近一次', 'lastFoundAt', 'INSTANT'),
      column('次数', 'times'),
      column('办结', 'settledAt', 'INSTANT'),
      column('办结人', 'settledBy'),
      column('说明', 'note'),
    ],
  },
  operators: {
    title: '经营者',
    field: 'operators',
    args: { filter: 'OperatorFilter', order: 'ListOrder' },
    nodes: 'name uscc shop region kind registrationStatus score { value grade } standing { listed }',
    columns: [
      column('名称', 'name'),
      column('代码', 'uscc|shop'),
      column('类型', 'kind', 'OperatorKind'),
      column('登记地区', 'region', 'REGION'),
      column('登记状态', 'registrationStatus', 'RegistrationStatus'),
      column('信用分', 'score.value'),
      column('等级', 'score.grade'),
      column('在列', 'standing.listed', 'BOOLEAN'),
    ],
  },
  overrides: {
    title: '等级调整',
    field: 'overrides',
    args: { state: 'OverrideState', filter: 'OverrideFilter', order: 'ListOrder' },
    nodes: `${OPERATOR} grade reason endsOn state proposedBy proposedAt decidedBy decidedAt note`,
    columns: [
      ...OPERATOR_COLUMNS('operator'),
      column('等级', 'grade'),
      column('理由', 'reason'),
      column('最后一天', 'endsOn'),
      column('状态', 'state', 'OverrideState'),
      column('提出人', 'proposedBy'),
      column('提出', 'proposedAt', 'INSTANT'),
      column('决定人', 'decidedBy'),
      column('决定', 'decidedAt', 'INSTANT'),
      column('说明', 'note'),
    ],
  },
  authorisations: {
    title: '授权',
    field: 'authorisations',
    args: { filter: 'AuthorisationFilter', order: 'ListOrder' },
    nodes: `${OPERATOR} client document givenOn endsOn holds recordedAt withdrawnAt`,
    columns: [
      column('信用服务机构', 'client'),
      ...OPERATOR_COLUMNS('operator'),
      column('授权文件', 'document'),
      column('授权之日', 'givenOn'),
      column('最后一日', 'endsOn'),
      column('有效', 'holds', 'BOOLEAN'),
      column('登记', 'recordedAt', 'INSTANT'),
      column('撤回', 'withdrawnAt', 'INSTANT'),
    ],
  },
  sellerLists: {
    title: '平台卖家名单',
    field: 'sellerLists',
    isWhole: true,
    args: {},
    nodes:
      'client list { dated holdsUntil holds sellers malformed wrongCheckDigit confirmed unconfirmed gradesClosed uploadedAt }',
    columns: [
      column('平台', 'client'),
      column('名单日期', 'list.dated'),
      column('作数至（不含）', 'list.holdsUntil'),
      column('现在作数', 'list.holds', 'BOOLEAN'),
      column('卖家', 'list.sellers'),
      column('已核实', 'list.confirmed'),
      column('未核实', 'list.unconfirmed'),
      column('等级不提供', 'list.gradesClosed'),
      column('格式有误的行', 'list.malformed'),
      column('校验码有误的行', 'list.wrongCheckDigit'),
      column('上传', 'list.uploadedAt', 'INSTANT'),
    ],
  },
  watchList: {
    title: '重点关注名单',
    field: 'watchList',
    args: { filter: 'WatchListFilter', order: 'ListOrder' },
    nodes: `${OPERATOR} value openedOn closedOn`,
    columns: [
      ...OPERATOR_COLUMNS('operator'),
      column('列入时的信用分', 'value'),
      column('列入之日', 'openedOn'),
      column('撤出之日', 'closedOn'),
    ],
  },
}
