import {
  type Finding,
  type FindingMaker,
  type FindingSeverity,
  finding,
  type HubCondition,
  SETTINGS,
  type Words,
} from './hub-condition.js'

const OWED_HOURS_MOST = 24

export const feedFindings: FindingMaker = ({ feeds }) => {
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

type PlatformConditions = HubCondition['platforms']

const told = (
  id: string,
  severity: FindingSeverity,
  [zh, en]: Words,
  next: Words,
  some: PlatformConditions,
): Finding | null =>
  some.length === 0
    ? null
    : finding(id, severity, [`${zh}：${some.map(({ name }) => name).join('、')}`, `${en}: ${some.length}`], next)

export const platformFindings: FindingMaker = ({ platforms, inService }) => [
  told(
    'PLATFORMS_UNSET',
    'WARNING',
    ['没有地址的信用平台', 'Platforms without an address'],
    SETTINGS,
    platforms.filter((one) => !one.configured),
  ),
  told(
    'PLATFORMS_FAILING',
    'FAULT',
    ['连续失败的信用平台', 'Platforms that fail'],
    [
      '在“推送”页查看错误，与平台运行单位核对地址和密钥。',
      'See the error at the desk (推送) and compare address and credential with the platform.',
    ],
    platforms.filter((one) => one.configured && one.failing),
  ),
  told(
    'PLATFORMS_OWED',
    'FAULT',
    ['积压超过一日的信用平台', 'Platforms owed for more than a day'],
    ['在“推送”页办理被拒的推送。', 'Settle refused deliveries at the desk (推送).'],
    platforms.filter(
      ({ configured, held, owedHours }) => configured && !held && owedHours !== null && owedHours > OWED_HOURS_MOST,
    ),
  ),
  told(
    'PLATFORMS_PAUSED',
    'WARNING',
    ['已暂停的信用平台', 'Paused platforms'],
    ['原因消除后在“推送”页恢复。', 'Resume them at the desk (推送) once the cause is gone.'],
    platforms.filter((one) => one.paused),
  ),
  ...trialFindings(platforms, inService),
]

const trialFindings = (platforms: PlatformConditions, inService: boolean): (Finding | null)[] => [
  told(
    'PLATFORMS_HELD',
    'NOTE',
    ['试运行期间不推送新增和变更的信用平台', 'Platforms to which additions wait while the office is on trial'],
    [
      '测试用的地址，请在“本机关设置”中注明是测试环境；其余待声明正式运行。',
      'State at the desk (本机关设置) which address is a test environment; the others wait until the office is in service.',
    ],
    platforms.filter((one) => one.held),
  ),
  told(
    'PLATFORMS_TEST',
    inService ? 'FAULT' : 'NOTE',
    ['地址是测试环境的信用平台', 'Platforms whose address is a test environment'],
    [
      '声明正式运行以前，在“本机关设置”中换成正式地址。',
      'Set the real address at the desk (本机关设置) before being in service.',
    ],
    platforms.filter((one) => one.isTest),
  ),
]
