/** Reads all settings and reports their faults together. No other file reads `process.env`. */
import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { agencies } from './agencies/index.js'
import { SECOND_FACTOR_SETTINGS, type SecondFactorPolicy } from './domain/access/sign-in.js'
import type { MailSettings } from './domain/notifications/message.js'
import type { OfficeSetting, SiteIdentity } from './domain/office/settings.js'
import { Refusal, reasonOf } from './foundation/errors.js'
import { isWiderThanAnyOwnNetwork, parseNetwork } from './foundation/http/addresses.js'
import { isMisspelling } from './foundation/text/misspelling.js'
import { platforms } from './platforms/index.js'

export interface Config {
  port: number
  host: string
  /** Number of trusted reverse proxies in front (X-Forwarded-For). */
  proxies: number
  /** Requests per minute of a client, or of an address without a token; 0: no limit. */
  quota: number
  fastAnswers: boolean
  /** Non-public networks (CIDR) that webhooks may reach, also by http. */
  webhookAllow: string[]
  /** Default: administrators; in the demo nobody. */
  secondFactor: SecondFactorPolicy | null
  /** CIDR of sign-ins; empty: everywhere. */
  administratorNetworks: string[]
  /** `token` opens the metrics; if null, `local` opens them to this machine. */
  metrics: { token: string | null; local: boolean }
  tracesUrl: string | null
  lingerMs: number
  /** Also the issuer (`iss`) of tokens. */
  publicUrl: string
  /** A null address means the embedded PostgreSQL under `dataDir`. */
  databaseUrl: string | null
  /** Address for jobs and locks where `databaseUrl` leads through a pooler. */
  databaseUrlDirect: string | null
  databaseUrlRead: string | null
  dataDir: string
  keysDir: string
  archiveDir: string
  mattersFolder: string | null
  log: { level: string; file: string | null }
  mail: MailSettings | null
  /** A null `url` makes the agency's feeds or the platform's deliveries wait. */
  agencies: Record<string, { url: string | null; setting: string }>
  platforms: Record<string, PlatformConfig>
  site: SiteIdentity
  backupArrangement: string | null
  locked: readonly string[]
  /** Lays settings of the desk (by variable) under the environment. Refusal CONFIG_INVALID. */
  withOffice: (values: Readonly<Record<string, string>>) => OfficeConfig
}

export type OfficeConfig = Pick<
  Config,
  'agencies' | 'platforms' | 'webhookAllow' | 'site' | 'backupArrangement' | 'mail'
>
type ReadSettings = Omit<Config, 'locked' | 'withOffice'>
type Environment = Record<string, string | undefined>

interface PlatformConfig {
  url: string | null
  /** Empty where none is needed. */
  secret: string
  /** Subject kinds to deliver; null: those of the platform's description. */
  hears: string[] | null
  /** Additions leave for this test environment before the office is in service. */
  isTest: boolean
  setting: string
}

const HEARD = ['listing', 'penalty', 'permit']
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']
const PORT_DEFAULT = 4000
const PORT_MAX = 65_535
const QUOTA_DEFAULT = 120_000
const QUOTA_MAX = 999_999_999
const LINGER_SECONDS_MAX = 60
const METRICS_TOKEN_SHORTEST = 16
const SECRET_MAX = 4_096
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/
const SMTPS_PORT = 465
const SMTP_PORT = 587
const MAIL_ADDRESS = /^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{1,189}$/
/** Stands for an unreadable credential, so it is not also reported missing. */
const UNREAD = '?'
const SITE_TEXT_MOST = 200
const POSTGRES = ['postgres:', 'postgresql:'] as const

const setting = (prefix: string, id: string, what: string): string =>
  `${prefix}_${id.toUpperCase().replaceAll('-', '_')}_${what}`

export const OFFICE_SETTINGS: readonly OfficeSetting[] = [
  { name: 'SITE_OPERATOR', kind: 'SITE_OPERATOR', of: null },
  { name: 'SITE_ADDRESS', kind: 'SITE_ADDRESS', of: null },
  { name: 'SITE_TELEPHONE', kind: 'SITE_TELEPHONE', of: null },
  { name: 'SITE_EMAIL', kind: 'SITE_EMAIL', of: null },
  { name: 'SITE_HOURS', kind: 'SITE_HOURS', of: null },
  { name: 'SITE_ICP_FILING', kind: 'SITE_ICP_FILING', of: null },
  { name: 'SITE_POLICE_FILING', kind: 'SITE_POLICE_FILING', of: null },
  ...agencies.map(
    ({ id, name: of }): OfficeSetting => ({ name: setting('AGENCY', id, 'URL'), kind: 'AGENCY_ADDRESS', of }),
  ),
  ...platforms.flatMap(({ id, name: of }): OfficeSetting[] => [
    { name: setting('PLATFORM', id, 'URL'), kind: 'PLATFORM_ADDRESS', of },
    { name: setting('PLATFORM', id, 'SECRET'), kind: 'PLATFORM_CREDENTIAL', of },
    { name: setting('PLATFORM', id, 'HEARS'), kind: 'PLATFORM_SUBJECTS', of },
    { name: setting('PLATFORM', id, 'TEST'), kind: 'PLATFORM_TEST', of },
  ]),
  { name: 'SMTP_URL', kind: 'MAIL_SERVER', of: null },
  { name: 'SMTP_PASSWORD', kind: 'MAIL_CREDENTIAL', of: null },
  { name: 'MAIL_FROM', kind: 'MAIL_SENDER', of: null },
  { name: 'WEBHOOK_ALLOW', kind: 'WEBHOOK_NETWORKS', of: null },
  { name: 'BACKUP_ARRANGEMENT', kind: 'BACKUP_ARRANGEMENT', of: null },
]

export const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && folder !== dirname(folder)) folder = dirname(folder)
  return folder
}

export const readConfig = (env: Environment = process.env): Config => {
  const stated = Object.fromEntries(Object.entries(env).filter(([, text]) => text?.trim()))
  const locked = OFFICE_SETTINGS.map(({ name }) => name).filter(
    (name) => Object.hasOwn(stated, name) || Object.hasOwn(stated, `${name}_FILE`),
  )
  const withOffice: Config['withOffice'] = (values) => {
    const free = Object.entries(values).filter(([name]) => !locked.includes(name))
    return readSettings({ ...Object.fromEntries(free), ...stated })
  }
  return Object.freeze({ ...readSettings(env), locked: Object.freeze(locked), withOffice })
}

const readSettings = (env: Environment): ReadSettings => {
  const faults: string[] = []
  const root = projectRoot()
  const known = new Set<string>()
  const given = (name: string): string | null => {
    known.add(name)
    return env[name]?.trim() || null
  }
  const url = (name: string, protocols: readonly string[], text = given(name)): string | null => {
    if (text === null || text === UNREAD) return null
    const parsed = URL.canParse(text) ? new URL(text) : null
    // The URL parser takes `https:host` and backslashes, which would hide a password.
    const isPlain = /^file:|^[a-z]+:\/\/[^\\]*$/i.test(text)
    if (isPlain && parsed && protocols.includes(parsed.protocol)) return text.replace(/\/+$/, '')
    const forms = protocols.map((protocol) => (protocol === 'file:' ? 'file:///…' : `${protocol}//…`))
    faults.push(`${name} 应为 ${forms.join(' 或 ')} 地址 / must be a ${forms.join(' or ')} address`)
    return null
  }
  const checked = (name: string, usual: string, isValid: (text: string) => boolean, zh: string, en: string): string => {
    const text = given(name) ?? usual
    if (isValid(text)) return text
    faults.push(`${name} 应为${zh}，现为 "${text}" / must be ${en}`)
    return usual
  }
  const count = (
    name: string,
    usual: number,
    most: number,
    zh = ` 0–${most} 的整数`,
    en = `a whole number from 0 to ${most}`,
  ): number => {
    const isValid = (text: string) => /^\d+$/.test(text) && text.length <= String(most).length && Number(text) <= most
    return Number(checked(name, String(usual), isValid, zh, en))
  }
  const networks = (name: string): string[] => {
    const named = (given(name) ?? '')
      .split(',')
      .map((each) => each.trim())
      .filter((each) => each !== '')
    if (named.every((network) => parseNetwork(network) !== null)) return named
    faults.push(`${name} 应为以逗号分隔的网段，如 10.1.0.0/16 / must be networks in CIDR form, comma-separated`)
    return []
  }
  const ownNetworks = (name: string): string[] => {
    const named = networks(name)
    const [wide] = named.filter(isWiderThanAnyOwnNetwork)
    if (wide === undefined) return named
    faults.push(
      `${name} 不得含 ${wide}：该网段过大，等于放行任意地址，请只写本单位的网段 / must not hold so wide a network`,
    )
    return []
  }
  const secondFactor = (): SecondFactorPolicy | null => {
    if (given('SECOND_FACTOR') === null) return null
    const isOne = (text: string) => (SECOND_FACTOR_SETTINGS as readonly string[]).includes(text)
    const one = SECOND_FACTOR_SETTINGS.join(' ')
    return checked('SECOND_FACTOR', 'administrators', isOne, ` ${one} 之一`, `one of ${one}`) as SecondFactorPolicy
  }
  const isYes = (name: string): boolean =>
    checked(name, 'no', (text) => ['yes', 'no'].includes(text), ' yes 或 no', 'yes or no') === 'yes'
  const level = (): string => {
    const isLevel = (text: string) => LOG_LEVELS.includes(text)
    return checked('LOG_LEVEL', 'info', isLevel, ` ${LOG_LEVELS.join(' ')} 之一`, 'one of these')
  }
  /** Error messages never contain the secret. */
  const secretOf = (name: string): string | null => {
    const [written, file] = [given(name), given(`${name}_FILE`)]
    if (written !== null && file !== null)
      faults.push(`${name} 与 ${name}_FILE 只能设置其一 / only one of the two may be set`)
    if (written !== null || file === null) return written
    try {
      const secret = readFileSync(resolve(root, file), 'utf8').trim()
      if (secret === '' || secret.length > SECRET_MAX || /[\r\n]/.test(secret)) throw { code: 'EFORM' }
      return secret
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      faults.push(
        code === 'EFORM'
          ? `${name}_FILE 的文件应恰好有一行，至多 ${SECRET_MAX} 个字符 / must hold one line, ${SECRET_MAX} characters at most`
          : `${name}_FILE 的文件无法读取 / its file cannot be read (${code ?? 'error'})`,
      )
      return UNREAD
    }
  }
  const heard = (name: string): string[] | null => {
    const text = given(name)
    if (text === null) return null
    const kinds = [...new Set(text.split(',').map((kind) => kind.trim()))]
    if (kinds.every((kind) => HEARD.includes(kind))) return kinds
    faults.push(`${name} 应为以逗号分隔的 ${HEARD.join(' ')} / must be a comma-separated list of these`)
    return null
  }
  const siteText = (name: string, isValid: (text: string) => boolean = () => true): string | null => {
    const text = given(name)
    if (text === null || (text.length <= SITE_TEXT_MOST && !/\p{C}/u.test(text) && isValid(text))) return text
    faults.push(`${name} 的内容不合规定，至多 ${SITE_TEXT_MOST} 个字符 / does not have the form of such a line`)
    return null
  }
  const metricsToken = (): string | null => {
    const token = secretOf('METRICS_TOKEN')
    if (token !== null && token !== UNREAD && token.length < METRICS_TOKEN_SHORTEST)
      faults.push(`METRICS_TOKEN 至少 ${METRICS_TOKEN_SHORTEST} 个字符 / must have at least so many characters`)
    return token
  }
  const mail = (): MailSettings | null => {
    const [text, password, sender] = [given('SMTP_URL'), secretOf('SMTP_PASSWORD'), given('MAIL_FROM')]
    if (text === null) {
      if (password !== null || sender !== null)
        faults.push('设置了 SMTP_PASSWORD 或 MAIL_FROM，但没有 SMTP_URL / SMTP_PASSWORD or MAIL_FROM without SMTP_URL')
      return null
    }
    const parsed = URL.canParse(text) ? new URL(text) : null
    // The address may hold a password, so no fault quotes it.
    const account = parsed && [parsed.username, parsed.password].map(decoded)
    if (!account || !/^smtps?:$/.test(parsed.protocol) || parsed.hostname === '' || /[?#]/.test(text)) {
      faults.push('SMTP_URL 应为 smtps://… 或 smtp://… 地址 / must be an smtps:// or smtp:// address')
      return null
    }
    if (account.includes(null)) {
      faults.push('SMTP_URL 中的 % 应写为 %25 / a % in the account must be written %25')
      return null
    }
    const [user, inAddress] = account
    if (sender === null || !MAIL_ADDRESS.test(sender)) {
      faults.push('MAIL_FROM 应为发件邮箱地址 / must be the sender’s mail address')
      return null
    }
    const secure = parsed.protocol === 'smtps:'
    return {
      host: parsed.hostname.replace(/^\[|\]$/g, ''),
      port: parsed.port === '' ? (secure ? SMTPS_PORT : SMTP_PORT) : Number(parsed.port),
      ...{ secure, sender },
      user: user || null,
      password: password ?? (inAddress || null),
    }
  }
  const dataDir = resolve(root, given('DATA_DIR') ?? 'data')
  const port = count('PORT', PORT_DEFAULT, PORT_MAX)
  const publicUrl = url('PUBLIC_URL', ['http:', 'https:']) ?? `http://localhost:${port}`
  const databaseUrl = url('DATABASE_URL', POSTGRES, secretOf('DATABASE_URL'))
  const databaseUrlDirect = url('DATABASE_URL_DIRECT', POSTGRES, secretOf('DATABASE_URL_DIRECT'))
  if (databaseUrlDirect !== null && databaseUrl === null)
    faults.push('设置了 DATABASE_URL_DIRECT，但没有 DATABASE_URL / DATABASE_URL_DIRECT without DATABASE_URL')
  const databaseUrlRead = url('DATABASE_URL_READ', POSTGRES, secretOf('DATABASE_URL_READ'))
  if (databaseUrlRead !== null && databaseUrl === null)
    faults.push('设置了 DATABASE_URL_READ，但没有 DATABASE_URL / DATABASE_URL_READ without DATABASE_URL')
  const config: ReadSettings = {
    port,
    host: given('HOST') ?? '127.0.0.1',
    proxies: count('PROXIES', 0, 9),
    quota: count(
      'QUOTA_PER_MINUTE',
      QUOTA_DEFAULT,
      QUOTA_MAX,
      '整数（0 为不限）',
      'a whole number of requests, 0 for no quota',
    ),
    fastAnswers:
      checked('FAST_ANSWERS', 'on', (text) => ['on', 'off'].includes(text), ' on 或 off', 'on or off') === 'on',
    webhookAllow: ownNetworks('WEBHOOK_ALLOW'),
    secondFactor: secondFactor(),
    administratorNetworks: networks('ADMINISTRATOR_NETWORKS'),
    tracesUrl: url('OTEL_EXPORTER_OTLP_ENDPOINT', ['http:', 'https:']),
    metrics: { token: metricsToken(), local: LOOPBACK.test(new URL(publicUrl).hostname) },
    lingerMs: 1_000 * count('LINGER_SECONDS', 0, LINGER_SECONDS_MAX, undefined, 'a whole number of seconds'),
    publicUrl,
    databaseUrl,
    databaseUrlDirect,
    databaseUrlRead,
    dataDir,
    keysDir: resolve(root, given('KEYS_DIR') ?? join(dataDir, 'keys')),
    archiveDir: resolve(root, given('ARCHIVE_DIR') ?? join(dataDir, 'archive')),
    mattersFolder: given('MATTERS_FOLDER') === null ? null : resolve(root, given('MATTERS_FOLDER') ?? ''),
    mail: mail(),
    log: { level: level(), file: given('LOG_FILE') === null ? null : resolve(root, given('LOG_FILE') ?? '') },
    agencies: Object.fromEntries(
      agencies.map(({ id }) => {
        const name = setting('AGENCY', id, 'URL')
        return [id, { url: url(name, ['http:', 'https:', 'file:', ...POSTGRES], secretOf(name)), setting: name }]
      }),
    ),
    platforms: Object.fromEntries(
      platforms.map(({ id, ways }) => {
        const name = setting('PLATFORM', id, 'URL')
        const address = url(name, ways)
        // No query or credentials: requests append paths to the address, and logs show it.
        if (address?.startsWith('http') && /[?#@]/.test(address))
          faults.push(`${name} 不得含账号、? 或 # / must hold no account, no ? and no #`)
        const secret = secretOf(setting('PLATFORM', id, 'SECRET'))
        if (address?.startsWith('http') && secret === null)
          faults.push(
            `${name} 需要 ${setting('PLATFORM', id, 'SECRET')} / needs ${setting('PLATFORM', id, 'SECRET')} beside it`,
          )
        const hears = heard(setting('PLATFORM', id, 'HEARS'))
        const isTest = isYes(setting('PLATFORM', id, 'TEST'))
        return [id, { url: address, secret: secret ?? '', hears, isTest, setting: name }]
      }),
    ),
    backupArrangement: siteText('BACKUP_ARRANGEMENT'),
    site: {
      operator: siteText('SITE_OPERATOR'),
      address: siteText('SITE_ADDRESS'),
      telephone: siteText('SITE_TELEPHONE', (text) => /^[\d+()（）、，,\-—转 ]{5,60}$/.test(text)),
      email: siteText('SITE_EMAIL', (text) => /^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(text)),
      hours: siteText('SITE_HOURS'),
      icpFiling: siteText('SITE_ICP_FILING', (text) => /^\p{Script=Han}ICP[备证]\d{6,10}号?(?:-\d+)?$/u.test(text)),
      policeFiling: siteText('SITE_POLICE_FILING', (text) => /^\p{Script=Han}公网安备 ?\d{14}号$/u.test(text)),
    },
  }
  const ours = [...Object.values(config.agencies), ...Object.values(config.platforms)].map(({ setting }) => setting)
  for (const name of Object.keys(env)) {
    if (known.has(name)) continue
    if (/^(AGENCY|PLATFORM)_.+_(URL|URL_FILE|SECRET|SECRET_FILE|HEARS|TEST)$/.test(name))
      faults.push(`${name} 不是已知的设置，可用 ${ours.join(' ')} / is no known setting`)
    else {
      const meant = [...known].find((other) => name === `${other}_FILE` || isMisspelling(name, other))
      if (meant !== undefined) faults.push(`${name} 不是已知的设置，是否指 ${meant} / is no known setting`)
    }
  }
  if (faults.length > 0) throw new Refusal('CONFIG_INVALID', { faults: faults.join('; ') })
  return freeze(config)
}

/** Throws FOLDER_UNWRITABLE. */
export const checkDataDir = ({ dataDir }: Pick<Config, 'dataDir'>): void => {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Refusal('FOLDER_UNWRITABLE', {
      path: dataDir,
      reason: (error as NodeJS.ErrnoException).code ?? reasonOf(error),
    })
  }
}

/** Null where a `%` begins no escape. */
const decoded = (text: string): string | null => {
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

const freeze = <T extends object>(value: T): T => {
  for (const inner of Object.values(value)) if (inner !== null && typeof inner === 'object') freeze(inner)
  return Object.freeze(value)
}
