import { agencies } from '../agencies/index.js'
import { ADMINISTRATOR_DUTIES } from '../domain/access/accounts.js'
import { CLIENT_ROLES } from '../domain/access/viewer.js'
import { Refusal } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import * as clients from '../work/access/clients.js'
import * as lockouts from '../work/access/lockouts.js'
import * as people from '../work/access/people.js'
import { listAgencyIds } from '../work/matters/kinds.js'
import { setSellersCap } from '../work/standing/confirmed-sellers.js'
import { confirmClock } from '../work/timetable/hub-clock.js'
import { type Command, type CommandAnswer, type JsonFlag, Option } from './program.js'
import { answerWithHub } from './with-hub.js'

const HOUR_MS = 3_600_000

export const addAccessCommands = (command: Command): void => {
  addClientCommands(command.command('client').description('登记系统 · registered systems'))
  addPersonCommands(command.command('person').description('人员 · people who sign in'))
  addClockCommand(command.command('clock').description('数据库时钟 · the clock of the database'))
  addKeyCommands(command.command('keys').description('签发令牌的密钥 · keys that sign tokens'))
}

/** A command's user has no account for the two-person rule to compare. */
const changeOf = (hub: Hub) => ({ by: clients.BY_COMMAND_LINE, byCommand: true, now: hub.now() })

const WAITS =
  '待负有安全职责的管理员在工作台确认后生效 waits until an administrator with the duty security confirms it at the desk'

const wordsForAuditLog = (command: string, name: string, options: object = {}): string => {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  return [command, quoted(name), ...given.map(([option, value]) => `--${option} ${quoted(value)}`)].join(' ')
}

const quoted = (word: string): string => (/^[^\s"]+$/u.test(word) ? word : JSON.stringify(word))

interface AccountKind<Credentials> {
  of: Command
  kind: lockouts.SignInAttempt['kind']
  field: 'client_id' | 'name'
  add: (...given: Parameters<typeof people.registerPerson>) => Promise<Credentials>
  end: (db: Hub['db'], name: string, now: Date) => Promise<void>
  show: (credentials: Credentials) => CommandAnswer
}

const addUnlockCommand = <T>({ of, kind, field }: AccountKind<T>): void => {
  const command = of.command('unlock <name>').description('解除登录锁定 · lift the lockout after too many failures')
  answerWithHub(command, (name: string) => async (hub) => {
    const lift = () => lockouts.liftLockouts(hub.db, { kind, name, now: hub.now(), log: hub.log })
    const { length } = await hub.recorded(wordsForAuditLog(`hub ${of.name()} unlock`, name), lift)
    return { value: { [field]: name, lifted: length }, lines: [`已解除锁定 unlocked ${name}（${length}）`] }
  })
}

interface RegistrationOptions extends JsonFlag {
  role: string
  duty?: string
  agency?: string
  region?: string
}

const addRegistrationCommand = <T>({ of, kind, add, show }: AccountKind<T>, description: string): void => {
  const command = of.command('add <name>').requiredOption('--role <role>', `角色 one of: ${CLIENT_ROLES.join(' ')}`)
  if (kind === 'PERSON')
    command.option('--duty <duty>', `管理员的职责 an administrator's duty, one of: ${ADMINISTRATOR_DUTIES.join(' ')}`)
  const ofPerson =
    kind === 'PERSON' ? '；平台、合作单位的人员填其系统的名称 · the client of a marketplace’s or partner’s person' : ''
  command
    .option(
      '--agency <id>',
      `单位 id：信源单位或协作单位 · id of an agency with feeds, or with seats in matters${ofPerson}`,
    )
    .option('--region <code>', '区划代码 · division code of six digits')
  answerWithHub(command.description(description), (name: string, options: RegistrationOptions) => async (hub) => {
    const { json: _, ...given } = options
    const { role, duty, agency, region } = given
    const register = () => add(hub.db, { name, ...given }, listAgencyIds(agencies), changeOf(hub))
    return show(
      await hub.recorded(wordsForAuditLog(`hub ${of.name()} add`, name, { role, duty, agency, region }), register),
    )
  })
}

const addEndCommand = <T>({ of, field, end }: AccountKind<T>, description: string): void =>
  answerWithHub(of.command('end <name>').description(description), (name: string) => async (hub) => {
    await hub.recorded(wordsForAuditLog(`hub ${of.name()} end`, name), () => end(hub.db, name, hub.now()))
    return { value: { [field]: name, ended: true }, lines: [`已停用 ended ${name}`] }
  })

const addClientCommands = (client: Command): void => {
  const show = (value: clients.ClientCredentials & { previous_until?: string | null }): CommandAnswer => ({
    value,
    lines: [
      `客户端 client_id     ${value.client_id}`,
      `密钥   client_secret ${value.client_secret}  （仅此一次 shown once）`,
      WAITS,
      ...(value.previous_until ? [`旧密钥有效至 the secret before is good until ${value.previous_until}`] : []),
    ],
  })
  const { registerClient: add, endClient: end } = clients
  const kind = { of: client, kind: 'CLIENT', field: 'client_id', add, end, show } as const
  addUnlockCommand(kind)
  addRegistrationCommand(kind, '登记系统，密钥只显示一次 · register a system; prints the secret once')

  const leaked = new Option('--leaked', '旧密钥及其令牌立即失效 · the secret before and its tokens are good no more')
  const rotate = client
    .command('rotate <name>')
    .option('--overlap <hours>', '旧密钥继续有效的小时数 · hours for which the secret before stays good', '24')
    .addOption(leaked.conflicts('overlap'))
    .description('更换密钥 · a new secret, printed once')
  answerWithHub(rotate, (name: string, { overlap, leaked = false }: { overlap: string; leaked?: boolean }) => {
    if (!/^\d{1,3}$/.test(overlap)) throw new Refusal('USAGE', { reason: '--overlap 须为小时数 hours, 0 to 720' })
    return async (hub) => {
      const change = { overlapMs: Number(overlap) * HOUR_MS, leaked, clock: hub.now, ...changeOf(hub) }
      const words = `${wordsForAuditLog('hub client rotate', name)}${leaked ? ' --leaked' : ''}`
      return show(await hub.recorded(words, () => clients.rotateSecretWithOverlap(hub.db, name, change)))
    }
  })
  addSellersCommand(client)
  addEndCommand(kind, '停用系统，其令牌立即失效 · a system gets no token any more, and those it has are good no more')
}

interface SellersOptions {
  marketplace?: string
  unconfirmed?: string
  reason: string
}

const addSellersCommand = (client: Command): void => {
  const command = client
    .command('sellers <name>')
    .option(
      '--marketplace <id>',
      '网店信息中的平台标识；不给出则为客户端名称 · its id in the feed of shops; its name unless given',
    )
    .option(
      '--unconfirmed <count>',
      '未核实卖家中至多多少个提供等级；不给出则按规则 · of how many unconfirmed sellers it may see the grade; by the rule unless given',
    )
    .requiredOption('--reason <text>', '依据 · why')
    .description('平台的卖家名单如何核对 · how the list of a marketplace is held against the feed of shops')
  answerWithHub(command, (name: string, { marketplace, unconfirmed, reason }: SellersOptions) => {
    if (unconfirmed !== undefined && !/^\d{1,7}$/.test(unconfirmed))
      throw new Refusal('USAGE', { reason: '--unconfirmed 须为整数 a whole number' })
    return async (hub) => {
      const decided = await hub.recorded(
        wordsForAuditLog('hub client sellers', name, { marketplace, unconfirmed, reason }),
        () =>
          setSellersCap(hub.db, {
            ...{
              client: name,
              marketplace: marketplace ?? null,
              reason,
              pseudonymOf: hub.keys.pseudonymOf,
              now: hub.now(),
            },
            unconfirmedSellers: unconfirmed === undefined ? null : Number(unconfirmed),
          }),
      )
      const line = `已核实 confirmed ${decided.confirmed}，未核实 unconfirmed ${decided.unconfirmed}，上限 cap ${decided.unconfirmedMost}，等级未开放 grades closed ${decided.gradesClosed}`
      return { value: { client_id: name, ...decided }, lines: [line] }
    }
  })
}

const addPersonCommands = (person: Command): void => {
  const show = (value: people.PersonCredentials): CommandAnswer => ({
    value,
    lines: [
      `姓名       name              ${value.name}`,
      `一次性密码 one-time password ${value.one_time_password}  （仅此一次 shown once）`,
      `首次登录时须自选密码，不迟于 another is chosen at the first sign-in, not later than ${value.good_until}`,
      value.pending
        ? WAITS
        : '无人可以确认，登记即生效 confirmed by this command: nobody is there who could confirm it',
    ],
  })
  const { registerPerson: add, endPerson: end } = people
  const kind = { of: person, kind: 'PERSON', field: 'name', add, end, show } as const
  addUnlockCommand(kind)
  addRegistrationCommand(kind, '登记人员，一次性密码只显示一次 · register a person; prints a one-time password')
  const reset = person
    .command('reset <name>')
    .description('重设一次性密码，其登录全部结束 · a new one-time password; its sessions end')
  answerWithHub(reset, (name: string) => async (hub) => {
    const change = () => people.resetPassword(hub.db, name, changeOf(hub))
    return show(await hub.recorded(wordsForAuditLog('hub person reset', name), change))
  })
  const lost = person
    .command('second-factor <name>')
    .description('清除丢失的第二重验证，其登录全部结束 · remove a lost second factor; its sessions end')
  answerWithHub(lost, (name: string) => async (hub) => {
    const remove = () => people.resetSecondFactor(hub.db, name, changeOf(hub))
    const { pending } = await hub.recorded(wordsForAuditLog('hub person second-factor', name), remove)
    return {
      value: { name, pending },
      lines: [`已清除第二重验证 second factor removed：${name}`, ...(pending ? [WAITS] : [])],
    }
  })
  addEndCommand(kind, '停用人员，其登录立即结束 · a person signs in no more; its sessions end')
}

const addKeyCommands = (keys: Command): void => {
  const audit = new Option(
    '--audit',
    '改为换用密封审计日志的密钥，旧密钥保留 · instead, seal the audit log with a new key',
  )
  const rotate = keys
    .command('rotate')
    .option('--leaked', '立即换用，旧密钥签发的令牌全部失效 · at once; no token of an older key is good any more')
    .addOption(audit.conflicts('leaked'))
    .description('换用新的令牌签名密钥 · sign tokens with a new key')
  answerWithHub(rotate, ({ leaked = false, audit = false }: { leaked?: boolean; audit?: boolean }) => async (hub) => {
    if (audit) {
      const key = await hub.recorded('hub keys rotate --audit', () => hub.newAuditKey())
      return { value: { key }, lines: [`审计日志的新密钥 new key of the audit log ${key}`] }
    }
    const words = `hub keys rotate${leaked ? ' --leaked' : ''}`
    const { kid, signsFrom } = await hub.recorded(words, async () => hub.newTokenKey({ leaked }))
    const from = signsFrom.toISOString()
    return { value: { kid, signs_from: from }, lines: [`新密钥 new key ${kid}，自 ${from} 起签发 signs from then on`] }
  })

  const adopt = keys
    .command('adopt')
    .description(
      '改用 KEYS_DIR 中的密钥（原密钥已失）· use the keys of KEYS_DIR from now on, where those of the database are lost',
    )
  const adopted = {
    value: { adopted: true },
    lines: ['已改用 KEYS_DIR 中的密钥 the keys of KEYS_DIR are used from now on'],
  }
  answerWithHub(
    adopt,
    () => (hub) => hub.recorded('hub keys adopt', async () => adopted),
    () => ({ adoptKeys: true }),
  )
}

const addClockCommand = (clock: Command): void => {
  const confirm = clock
    .command('confirm')
    .requiredOption('--reason <text>', '依据 · by what it was found right')
    .description(
      '确认跳变后的时钟无误，恢复到期、清除和新增 · the clock is right after a leap: expiry, erasing and additions go on',
    )
  answerWithHub(confirm, ({ reason }: { reason: string }) => async (hub) => {
    const { foundAt, expectedAt } = await hub.recorded('hub clock confirm', () =>
      confirmClock(hub.db, { by: 'command', reason, pseudonymOf: hub.keys.pseudonymOf }),
    )
    return {
      value: { confirmed: true, foundAt, expectedAt },
      lines: [`时钟已确认 confirmed：${foundAt.toISOString()}（原应为 expected ${expectedAt.toISOString()}）`],
    }
  })
}
