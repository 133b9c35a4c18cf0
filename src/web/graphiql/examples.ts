export interface ExampleQuery {
  role: string
  zh: string
  en: string
  query: string
  variables?: Record<string, unknown>
}

const CODE = '91220102MA0000001X'

export const EXAMPLE_QUERIES: readonly ExampleQuery[] = [
  {
    role: 'public',
    zh: '社会公众：无需令牌。查一个代码的状态，读已公示的名单。',
    en: 'The public, without a token: the standing of a code, and the published list.',
    // The code is inline, because GraphiQL 4.1 loses the variables of its first tab.
    query: `query Public {
  standing(code: "${CODE}") { code status name listed asOf stale }
  blacklist(first: 5) {
    totalCount
    edges { cursor node { reason authority publishedOn endsOn operator { uscc name } } }
    pageInfo { hasNextPage endCursor }
  }
}`,
  },
  {
    role: 'marketplace',
    zh: '电子商务平台：一次查多个卖家，至多 1000 个代码；本平台名单内的卖家另有等级和分值。',
    en: 'A marketplace: many sellers at once, 1,000 codes at most; of sellers on its own list also grade and score.',
    query: `query Marketplace($codes: [String!]!) {
  standings(codes: $codes) { code status name listed grade score listings { reason endsOn } }
}`,
    variables: { codes: [CODE, 'shop:guguji:10001'] },
  },
  {
    role: 'credit_service',
    zh: '信用服务机构：依法公开的商标和产品质量信息。',
    en: 'A credit service: trademarks and product quality, open by law.',
    query: `query CreditService($code: String!) {
  operator(code: $code) {
    name kind region
    records(kind: TRADEMARK, first: 10) { totalCount nodes { body validFrom validTo source { file row } } }
  }
  product(gtin: "6901234567892") { gtin samplings { announcedOn failures } recalls { announcedOn hazard } }
}`,
    variables: { code: CODE },
  },
  {
    role: 'partner',
    zh: '合作单位：等待本单位办理的协作事项，各自的时限和可以办理的步骤。',
    en: 'A partner: the matters that wait for it, their clocks and the moves that it can make.',
    query: `query Partner {
  matterCounts { waiting late }
  matters(queue: WAITING, first: 5) { nodes { id number kind stateName { zh } clocks { clock dueOn } allowedMoves { code } } }
}`,
  },
  {
    role: 'agency',
    zh: '信源单位：本单位各数据源的状态，被拒收的条目。',
    en: 'An agency: how its feeds stand, and what was rejected of them.',
    query: `query Agency {
  agencies { id name { zh } feeds { id lastGoodPullAt stale items rejects openRejects timeliness { late timely share } } }
  rejects(first: 5) { totalCount nodes { feed source { file row } rule problems { field message } } }
}`,
  },
  {
    role: 'officer',
    zh: '经办人：一个主体的全部：信用信息、评分及理由、名单和期限。',
    en: 'An officer: all of one operator: records, score with reasons, listings and deadlines.',
    query: `query Officer($code: String!) {
  operator(code: $code) {
    uscc name region
    score { value grade scorecard reasons { zh points count } }
    records(first: 10) { nodes { kind agency body validFrom knownFrom source { run file row } } }
    listings { id kind state reason deadlines { name dueOn state } allowedMoves }
  }
}`,
    variables: { code: CODE },
  },
  {
    role: 'reviewer',
    zh: '复核人：待核事项、即将到期的期限、待决定的评分调整。',
    en: 'A reviewer: concerns, deadlines that come, overrides to decide.',
    query: `query Reviewer {
  concerns(first: 10) { totalCount nodes { id cause openedAt listing { id state operator { name } } } }
  deadlines(first: 10) { nodes { name dueOn state listing { id } } }
  overrides(first: 10) { nodes { id grade reason state operator { name } } }
}`,
  },
  {
    role: 'administrator',
    zh: '管理员：时刻表、平台积压、最近的运行。',
    en: 'An administrator: the timetable, what platforms are owed, the last runs.',
    query: `query Administrator {
  timetable { job subject words { zh } next paused { by reason } }
  platforms { id name { zh } outstanding refused confirmed }
  runs(first: 10) { nodes { id job subject outcome startedAt ms error { code } } }
}`,
  },
  {
    role: 'auditor',
    zh: '审计人员：查询痕迹，谁为何问了什么、看到了谁。',
    en: 'An auditor: the auditLog: who asked what, why, and whom it saw.',
    query: `query Auditor {
  auditLog(first: 10) { totalCount nodes { number at kind client role purpose outcome shownCount hash } }
}`,
  },
  {
    role: 'party',
    zh: '当事人：本主体的档案，谁查询过本主体。令牌以登录码换取（partyToken）。',
    en: 'A party: its own file, and who asked about it. Its token comes from its access code (partyToken).',
    query: `query Party {
  myFile {
    name
    score { value grade reasons { zh points } }
    listings { id state reason endsOn }
    askedBy(first: 10) { nodes { at client role purpose } completeUntil }
  }
}`,
  },
]

/** Width of a comment line, in characters. */
const LINE = 56

export const exampleText = ({ zh, en }: ExampleQuery, printed: string): string =>
  `# ${zh}\n${wrapped(en)}\n\n${printed}\n`

const wrapped = (text: string): string => {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(`# ${word}`)
  }
  return lines.join('\n')
}
