/** Texts: `web/help/zh/NAME.md` and `web/help/en/NAME.md`. */

export const HELP_GROUPS = [
  {
    id: 'public',
    zh: '公众',
    en: 'The public',
    tasks: ['find', 'penalties', 'check', 'verify', 'data', 'clue', 'pilots'],
  },
  {
    id: 'party',
    zh: '被列入名单或者被评分的经营者',
    en: 'Operators that are listed or scored',
    tasks: ['my-record', 'defence', 'objection', 'repair', 'certificate'],
  },
  { id: 'marketplaces', zh: '电子商务平台', en: 'Marketplaces', tasks: ['marketplace', 'sellers'] },
  {
    id: 'officers',
    zh: '工作台：每天的工作',
    en: 'The desk: every day',
    tasks: ['sign-in', 'today', 'search', 'absence', 'reminders'],
  },
  {
    id: 'cases',
    zh: '工作台：办理案件',
    en: 'The desk: cases',
    tasks: [
      ...(['case', 'hearing', 'papers', 'access-codes', 'hiding', 'objections', 'repairs', 'concerns'] as const),
      ...(['operators', 'grades', 'watch-list'] as const),
    ],
  },
  {
    id: 'matters',
    zh: '工作台：与其他单位协作',
    en: 'The desk: matters between organisations',
    tasks: ['matter-open', 'matter-answer', 'measures', 'matter-figures'],
  },
  {
    id: 'data-in-and-out',
    zh: '工作台：数据的接入和推送',
    en: 'The desk: data that comes and goes',
    tasks: ['feeds', 'rejects', 'identity', 'rollback', 'deliveries', 'retractions'],
  },
  {
    id: 'office',
    zh: '工作台：本机关的管理',
    en: 'The desk: running the office',
    tasks: [
      ...(['new-office', 'people', 'settings', 'rules', 'timetable'] as const),
      ...(['scorecards', 'audit-log', 'restored'] as const),
    ],
  },
] as const

export type HelpTask = (typeof HELP_GROUPS)[number]['tasks'][number]

export const HELP_TASKS: readonly HelpTask[] = HELP_GROUPS.flatMap(({ tasks }) => tasks)

/** Former names; their addresses redirect. */
const MOVED_TASKS: Readonly<Record<string, HelpTask>> = {
  desk: 'sign-in',
  listings: 'case',
  intake: 'rejects',
  administration: 'people',
}

export const helpTaskOf = (name: string): { task: HelpTask; moved: boolean } | null => {
  const known = HELP_TASKS.find((task) => task === name)
  if (known !== undefined) return { task: known, moved: false }
  const moved = Object.hasOwn(MOVED_TASKS, name) ? MOVED_TASKS[name] : undefined
  return moved === undefined ? null : { task: moved, moved: true }
}

export const helpPath = (task: HelpTask): string => `/help/${task}`
