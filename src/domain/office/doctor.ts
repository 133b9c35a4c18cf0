import type { BilingualText } from '../../foundation/text/words.js'

type FindingSeverity = 'FAULT' | 'WARNING' | 'NOTE'

export interface Finding extends BilingualText {
  id: string
  severity: FindingSeverity
  next: BilingualText
}

export interface HubCondition {
  inService: boolean
  publicUrl: string
  openKeyFiles: number
  freeBytes: number | null
  database: { version: number; embedded: boolean; isSafe: boolean; behind: boolean }
  clockDoubted: boolean
  restored: boolean
  timetableMinutes: number | null
  auditFailed: boolean
  calendarDaysLeft: number
  people: { role: string; duty: string | null }[]
  feeds: { title: string; configured: boolean; lastGood: Date | null; stale: boolean }[]
  platforms: { name: string; configured: boolean; failing: boolean; paused: boolean; owedHours: number | null }[]
  unconfirmedBinding: number
  site: { operator: boolean; contact: boolean; filing: boolean }
  backupArranged: boolean
  sendsMail: boolean
  unreadableSettings: string[]
}

const GIGABYTE = 1024 ** 3
const FREE_LEAST_BYTES = 2 * GIGABYTE
const DATABASE_LEAST = 140_000
const TIMETABLE_MINUTES_MOST = 10
const CALENDAR_DAYS_LEAST = 60
const OWED_HOURS_MOST = 24

type Words = readonly [zh: string, en: string]
type FindingMaker = (of: HubCondition) => (Finding | null)[]

const finding = (id: string, severity: FindingSeverity, [zh, en]: Words, [nextZh, nextEn]: Words): Finding => ({
  ...{ id, severity, zh, en },
  next: { zh: nextZh, en: nextEn },
})

const SETTINGS: Words = ['由两名管理员在“本机关设置”中设定。', 'Two administrators set it at the desk (本机关设置).']

const hostFindings: FindingMaker = ({ publicUrl, openKeyFiles, freeBytes }) => [
  publicUrl.startsWith('https:')
    ? null
    : finding(
        'PUBLIC_URL',
        'WARNING',
        [`对外地址不是 https：${publicUrl}`, `The public address is not https: ${publicUrl}`],
        [
          '在代理上启用 TLS，并以环境变量 PUBLIC_URL 写明对外地址，重新启动。',
          'Let a proxy do TLS, set PUBLIC_URL to the address seen from outside, and restart.',
        ],
      ),
  openKeyFiles === 0
    ? null
    : finding(
        'KEYS_READABLE',
        'FAULT',
        [`${openKeyFiles} 个密钥文件可由他人读取`, `${openKeyFiles} key files can be read by others`],
        ['将密钥文件夹设为 0700、其中文件设为 0600。', 'chmod 700 the folder of keys and 600 its files.'],
      ),
  freeBytes === null || freeBytes >= FREE_LEAST_BYTES
    ? null
    : finding(
        'DISK',
        'WARNING',
        [
          `数据文件夹所在磁盘只剩 ${(freeBytes / GIGABYTE).toFixed(1)} GB`,
          `The disk of the data folder has ${(freeBytes / GIGABYTE).toFixed(1)} GB left`,
        ],
        ['扩充磁盘，或者把存档移到别处（ARCHIVE_DIR）。', 'Enlarge it, or move the archive elsewhere (ARCHIVE_DIR).'],
      ),
]

const arrangementFindings: FindingMaker = ({ backupArranged, sendsMail, unreadableSettings }) => [
  sendsMail
    ? null
    : finding(
        'MAIL',
        'WARNING',
        ['没有设定邮件服务器，提醒不能以邮件送出', 'No mail server is set: reminders cannot go out by mail'],
        [
          '设定 SMTP_URL、SMTP_PASSWORD 和 MAIL_FROM，重新启动。',
          'Set SMTP_URL, SMTP_PASSWORD and MAIL_FROM, and restart.',
        ],
      ),
  backupArranged
    ? null
    : finding(
        'BACKUP',
        'WARNING',
        ['没有写明备份安排', 'No backup arrangement is stated'],
        [
          '按运行手册安排数据库的每日备份、密钥另存，并在“本机关设置”中写明。',
          'Arrange nightly dumps and a copy of the keys as the operating page says, and state it at the desk.',
        ],
      ),
  unreadableSettings.length === 0
    ? null
    : finding(
        'SETTINGS_UNREADABLE',
        'FAULT',
        [
          `以遗失的密钥加密，无法读取：${unreadableSettings.join('、')}`,
          `Sealed with a lost key: ${unreadableSettings.join(', ')}`,
        ],
        ['找回原密钥文件夹，或者重新设定。', 'Bring the folder of keys back, or set them anew.'],
      ),
]

const databaseFindings: FindingMaker = ({ database }) => [
  database.version >= DATABASE_LEAST
    ? null
    : finding(
        'DATABASE_VERSION',
        'FAULT',
        ['数据库版本过旧', 'The database server is too old'],
        ['升级到 PostgreSQL 14 以上。', 'Upgrade to PostgreSQL 14 or newer.'],
      ),
  database.isSafe
    ? null
    : finding(
        'DATABASE_UNSAFE',
        'FAULT',
        [
          '数据库关闭了 fsync 或 full_page_writes，断电会丢失数据',
          'fsync or full_page_writes is off: a power cut loses data',
        ],
        ['在数据库配置中打开两者。', 'Turn both on in the configuration of the server.'],
      ),
  database.behind
    ? finding(
        'DATABASE_BEHIND',
        'WARNING',
        ['数据库尚未升级完毕', 'Some migrations are still to be applied'],
        ['各处都换成新版本后运行 hub migrate。', 'Run hub migrate once every hub is replaced.'],
      )
    : null,
  database.embedded
    ? finding(
        'DATABASE_EMBEDDED',
        'NOTE',
        ['使用内置数据库', 'The embedded database is used'],
        [
          '正式运行宜以 DATABASE_URL 使用专门维护的 PostgreSQL。',
          'In earnest use a maintained PostgreSQL by DATABASE_URL.',
        ],
      )
    : null,
]

const runningFindings: FindingMaker = ({ clockDoubted, restored, timetableMinutes, auditFailed }) => [
  clockDoubted
    ? finding(
        'CLOCK',
        'FAULT',
        ['数据库时钟存疑，到期和新增暂停', 'The clock is doubted: expiry and additions wait'],
        ['核对时间后运行 hub clock confirm --reason。', 'Compare the clock, then run hub clock confirm --reason.'],
      )
    : null,
  restored
    ? finding(
        'RESTORED',
        'FAULT',
        [
          '数据库由备份恢复，尚未解除，名单暂不公示',
          'The database was restored and is not released: the list is withheld',
        ],
        ['按“数据库恢复”页逐平台比对后解除。', 'Compare each platform and release it (desk, 数据库恢复).'],
      )
    : null,
  timetableMinutes !== null && timetableMinutes <= TIMETABLE_MINUTES_MOST
    ? null
    : finding(
        'TIMETABLE',
        'FAULT',
        [
          timetableMinutes === null ? '时刻表从未运行' : `时刻表已有 ${timetableMinutes} 分钟没有运行`,
          timetableMinutes === null
            ? 'The timetable has never run'
            : `The timetable has not run for ${timetableMinutes} minutes`,
        ],
        [
          '以 hub start 启动枢纽，并由服务管理器保持运行。',
          'Start the hub (hub start) and let a service manager keep it up.',
        ],
      ),
  auditFailed
    ? finding(
        'AUDIT_LOG',
        'FAULT',
        ['最近一次核对查询痕迹发现缺失或改动', 'The last verification of the audit log found a fault'],
        ['运行 hub verify audit，并按运行手册处理。', 'Run hub verify audit and follow the operating page.'],
      )
    : null,
]

const PEOPLE_NEEDED: readonly {
  id: string
  words: Words
  isMet: (people: HubCondition['people']) => boolean
}[] = [
  {
    id: 'PEOPLE_SYSTEMS',
    words: ['没有系统管理员', 'There is no administrator with the duty systems'],
    isMet: (people) => people.some(({ duty }) => duty === 'systems'),
  },
  {
    id: 'PEOPLE_SECURITY',
    words: [
      '没有安全管理员：登记、设置无人确认',
      'There is no administrator with the duty security: nothing can be confirmed',
    ],
    isMet: (people) => people.some(({ duty }) => duty === 'security'),
  },
  {
    id: 'PEOPLE_OFFICER',
    words: ['没有经办人：案件无人办理', 'There is no officer: no case can be handled'],
    isMet: (people) => people.some(({ role }) => role === 'officer'),
  },
  {
    id: 'PEOPLE_REVIEWER',
    words: [
      '没有经办人以外的复核人：案件无人复核',
      'There is no reviewer besides the officer: no case can be reviewed',
    ],
    isMet: (people) => people.some(({ role }) => role === 'reviewer'),
  },
  {
    id: 'PEOPLE_AUDITOR',
    words: ['没有审计人员：查询痕迹无人查看', 'There is no auditor: nobody reads the audit log'],
    isMet: (people) => people.some(({ role }) => role === 'auditor'),
  },
]

const peopleFindings: FindingMaker = ({ people }) =>
  PEOPLE_NEEDED.map(({ id, words, isMet }) =>
    isMet(people)
      ? null
      : finding(id, id === 'PEOPLE_AUDITOR' ? 'WARNING' : 'FAULT', words, [
          '在“人员”页登记，由另一名管理员确认；没有管理员时用 hub person add。',
          'Register the person at the desk (人员) and let another administrator confirm; without administrators: hub person add.',
        ]),
  )

const feedFindings: FindingMaker = ({ feeds }) => {
  const named = (some: HubCondition['feeds']) => some.map(({ title }) => title).join('、')
  const never = feeds.filter(({ lastGood }) => lastGood === null)
  const stale = feeds.filter(({ lastGood, stale }) => lastGood !== null && stale)
  return [
    never.length === 0
      ? null
      : finding(
          'FEEDS_NEVER',
          never.length === feeds.length ? 'FAULT' : 'WARNING',
          [`从未完整接收的数据源：${named(never)}`, `Feeds never taken in whole: ${never.length}`],
          [
            '由信源单位提供接口、文件夹或前置机，在“本机关设置”中设定地址；或在“上传”页交文件。',
            'Set the agency’s address at the desk (interface, folder or exchange table), or upload a file.',
          ],
        ),
    stale.length === 0
      ? null
      : finding(
          'FEEDS_STALE',
          'WARNING',
          [`已过时的数据源：${named(stale)}`, `Stale feeds: ${stale.length}`],
          [
            '在“数据源”页查看最近一次错误，与信源单位核对。',
            'See the last error at the desk (数据源) and ask the agency.',
          ],
        ),
  ]
}

const platformFindings: FindingMaker = ({ platforms }) => {
  const told = (id: string, severity: FindingSeverity, zh: string, en: string, next: Words, some: typeof platforms) =>
    some.length === 0
      ? null
      : finding(id, severity, [`${zh}：${some.map(({ name }) => name).join('、')}`, `${en}: ${some.length}`], next)
  return [
    told(
      'PLATFORMS_UNSET',
      'WARNING',
      '没有地址的信用平台',
      'Platforms without an address',
      SETTINGS,
      platforms.filter((one) => !one.configured),
    ),
    told(
      'PLATFORMS_FAILING',
      'FAULT',
      '连续失败的信用平台',
      'Platforms that fail',
      [
        '在“推送”页查看错误，与平台运行单位核对地址和密钥。',
        'See the error at the desk (推送) and compare address and credential with the platform.',
      ],
      platforms.filter((one) => one.configured && one.failing),
    ),
    told(
      'PLATFORMS_OWED',
      'FAULT',
      '积压超过一日的信用平台',
      'Platforms owed for more than a day',
      ['在“推送”页办理被拒的推送。', 'Settle refused deliveries at the desk (推送).'],
      platforms.filter((one) => one.configured && one.owedHours !== null && one.owedHours > OWED_HOURS_MOST),
    ),
    told(
      'PLATFORMS_PAUSED',
      'WARNING',
      '已暂停的信用平台',
      'Paused platforms',
      ['原因消除后在“推送”页恢复。', 'Resume them at the desk (推送) once the cause is gone.'],
      platforms.filter((one) => one.paused),
    ),
  ]
}

const officeFindings: FindingMaker = ({ inService, unconfirmedBinding, site, calendarDaysLeft }) => [
  unconfirmedBinding === 0
    ? null
    : finding(
        'RULES_UNCONFIRMED',
        inService ? 'FAULT' : 'WARNING',
        [
          `关系公示的规则有 ${unconfirmedBinding} 条未经核实`,
          `${unconfirmedBinding} rules that bind publication are unconfirmed`,
        ],
        [
          '由两人对照公开文本在“规则核实”中核实。',
          'Two persons confirm them against the published texts (desk, 规则核实).',
        ],
      ),
  site.operator && site.contact
    ? null
    : finding(
        'SITE_CONTACT',
        inService ? 'FAULT' : 'WARNING',
        ['网站没有写明主办单位或联系方式', 'The site does not name who runs it, or how to reach them'],
        SETTINGS,
      ),
  site.filing
    ? null
    : finding('SITE_FILING', 'NOTE', ['网站没有写明备案号', 'The site shows no filing number'], SETTINGS),
  inService
    ? null
    : finding(
        'SERVICE',
        'NOTE',
        ['尚未声明正式运行', 'The office has not declared itself in service'],
        [
          '准备齐备后，由两名管理员在“本机关设置”中声明。',
          'When all is ready two administrators declare it at the desk (本机关设置).',
        ],
      ),
  calendarDaysLeft >= CALENDAR_DAYS_LEAST
    ? null
    : finding(
        'CALENDAR',
        'WARNING',
        [`节假日只公布到 ${calendarDaysLeft} 日后`, `Holidays are known for ${calendarDaysLeft} more days`],
        [
          '国务院办公厅公布后，由两人在“工作日历”中修订。',
          'Two persons amend the calendar at the desk (工作日历) once the year is published.',
        ],
      ),
]

const MAKERS: readonly FindingMaker[] = [
  runningFindings,
  databaseFindings,
  hostFindings,
  arrangementFindings,
  peopleFindings,
  feedFindings,
  platformFindings,
  officeFindings,
]
const WORST_FIRST: readonly FindingSeverity[] = ['FAULT', 'WARNING', 'NOTE']

export const examineHub = (condition: HubCondition): Finding[] => {
  const found = MAKERS.flatMap((make) => make(condition)).filter((one) => one !== null)
  return found.sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity))
}
