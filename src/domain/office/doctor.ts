import { feedFindings, platformFindings } from './exchange-findings.js'
import {
  type Finding,
  type FindingMaker,
  type FindingSeverity,
  finding,
  type HubCondition,
  POSTGRESQL_LEAST,
  SETTINGS,
  type Words,
} from './hub-condition.js'

const GIGABYTE = 1024 ** 3
const FREE_LEAST_BYTES = 2 * GIGABYTE
const VERSIONS_OF_RELEASE = 10_000
const TIMETABLE_MINUTES_MOST = 10
const CALENDAR_DAYS_LEAST = 60

const hostFindings: FindingMaker = ({ publicUrl, proxies, openKeyFiles, freeBytes }) => [
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
  proxies > 0 || !publicUrl.startsWith('https:')
    ? null
    : finding(
        'PROXIES',
        'WARNING',
        [
          '对外地址是 https，却没有设置 PROXIES：所有来访者共用一个网络地址的限额，几个人即可用尽',
          'The public address is https, but PROXIES is 0: all callers share the limits of one address',
        ],
        [
          '把 PROXIES 设为枢纽之前自设代理的层数（通常为 1），重新启动。',
          'Set PROXIES to the number of your own proxies before the hub (usually 1), and restart.',
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
          '在“本机关设置”中设定邮件服务器、密码和发件邮箱，或者设定 SMTP_URL、SMTP_PASSWORD 和 MAIL_FROM。',
          'State mail server, password and sender in the settings of the office, or set SMTP_URL, SMTP_PASSWORD and MAIL_FROM.',
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
  database.version >= POSTGRESQL_LEAST * VERSIONS_OF_RELEASE
    ? null
    : finding(
        'DATABASE_VERSION',
        'FAULT',
        ['数据库版本过旧', 'The database server is too old'],
        [`升级到 PostgreSQL ${POSTGRESQL_LEAST} 以上。`, `Upgrade to PostgreSQL ${POSTGRESQL_LEAST} or newer.`],
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

const runningFindings: FindingMaker = ({ clockDoubted, standbyMissing, restored, timetableMinutes, auditFailed }) => [
  standbyMissing
    ? finding(
        'STANDBY_MISSING',
        'FAULT',
        ['没有同步备库，写入和作业都在等待', 'No synchronous standby is left: writes and jobs wait'],
        [
          '按处置手册 StandbyMissing 恢复一台备库，不要关闭同步。',
          'Bring a standby back (runbook StandbyMissing); leave synchronous commits on.',
        ],
      )
    : null,
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
        [
          '按“数据库恢复”页逐平台比对后，由两人解除。',
          'Compare each platform; two persons release it (desk, 数据库恢复).',
        ],
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

const NEXT_MEASURES: Words = [
  '在 schema/matters/organisations.json 中补上该单位或者承接单位（successor），或者在 schema/rules/measures.json 中给该行写上 to；重新启动后，每小时的到期作业自行补发。',
  'Add the organisation, or its successor, to schema/matters/organisations.json, or end the row of schema/rules/measures.json (to); restart, and the hourly job orders what is lacking.',
]

const measureFindings: FindingMaker = ({ measuresWithoutCarrier: lacking, measuresStranded: stranded }) => [
  ...lacking.map(({ item, agency, line, region, place, entries }) =>
    finding(
      'MEASURE_WITHOUT_ORGANISATION',
      'FAULT',
      [
        `惩戒措施“${item}”没有实施单位：${place}（${region}）没有 ${agency}（条线 ${line}），在列 ${entries} 条无人实施`,
        `Nobody carries out ${agency}/${item}: no ${agency} (line ${line}) in ${region}, ${entries} entries in force`,
      ],
      NEXT_MEASURES,
    ),
  ),
  ...stranded.map(({ seat, measures }) =>
    finding(
      'MEASURES_STRANDED',
      'FAULT',
      [
        `${measures} 项惩戒措施的承办单位 ${seat} 已不存在，也没有承接单位`,
        `${measures} measures are held by ${seat}, which has ended without a successor`,
      ],
      NEXT_MEASURES,
    ),
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
  measureFindings,
  officeFindings,
]
const WORST_FIRST: readonly FindingSeverity[] = ['FAULT', 'WARNING', 'NOTE']

export const examineHub = (condition: HubCondition): Finding[] => {
  const found = MAKERS.flatMap((make) => make(condition)).filter((one) => one !== null)
  return found.sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity))
}
