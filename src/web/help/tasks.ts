export const HELP_GROUPS = [
  { id: 'public', zh: '公众和平台', en: 'The public and marketplaces', tasks: ['find', 'check', 'data'] },
  {
    id: 'party',
    zh: '被列入名单或者被评分的经营者',
    en: 'Operators that are listed or scored',
    tasks: ['my-record', 'defence', 'objection', 'repair', 'certificate'],
  },
  {
    id: 'officers',
    zh: '经办人、复核人、管理员和审计人员',
    en: 'Officers, reviewers, administrators and auditors',
    tasks: [
      'desk',
      'operators',
      'listings',
      'concerns',
      'grades',
      'intake',
      'deliveries',
      'scorecards',
      'administration',
      'audit-log',
    ],
  },
] as const

export const HELP_TASKS: readonly string[] = HELP_GROUPS.flatMap(({ tasks }) => tasks)

export const helpPath = (task: string): string => `/help/${task}`
