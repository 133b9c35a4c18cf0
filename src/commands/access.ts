import { agencies } from '../agencies/index.js'
import { ADMINISTRATOR_DUTIES } from '../domain/access/accounts.js'
import { CLIENT_ROLES } from '../domain/access/viewer.js'
import { Refusal } from '../foundation/errors.js'
import type { Hub } from '../hub/hub.js'
import * as clients from '../work/access/clients.js'
import * as lockouts from '../work/access/lockouts.js'
import * as people from '../work/access/people.js'
import { setSellersCap } from '../work/standing/confirmed-sellers.js'
import { confirmClock } from '../work/timetable/hub-clock.js'
import { type Command, type HubRunner, type JsonFlag, jsonOption, Option, printResult } from './program.js'

const HOUR_MS = 3_600_000

interface RegistrationOptions extends JsonFlag {
  role: string
  agency?: string
  region?: string
  duty?: string
}

interface SellersOptions extends JsonFlag {
  marketplace?: string
  unconfirmed?: string
  reason: string
}

export const addAccessCommands = (command: Command, withHub: HubRunner): void => {
  clientCommands(command.command('client').description('登记系统 · registered systems'), withHub)
  personCommands(command.command('person').description('人员 · people who sign in'), withHub)
  clockCommands(command.command('clock').description('数据库时钟 · the clock of the database'), withHub)
  keyCommands(command.command('keys').description('签发令牌的密钥 · keys that sign tokens'), withHub)
}

const agencyIds = (): string[] => agencies.map((agency) => agency.id)

/** A command's user has no account, so the two-person rule has nobody to compare. */
const changeOf = (hub: Hub) => ({ by: clients.BY_COMMAND_LINE, byCommand: true, now: hub.now() })

const WAITS =
  '待负有安全职责的管理员在工作台确认后生效 waits until an administrator with the duty security confirms it at the desk'

const quoted = (word: string): string => (/^[^\s"]+$/u.test(word) ? word : JSON.stringify(word))

const worded = (name: string, { role, duty, agency, region }: RegistrationOptions): string =>
  [
    quoted(name),
    `--role ${quoted(role)}`,
    duty && `--duty ${quoted(duty)}`,
    agency && `--agency ${quoted(agency)}`,
    region && `--region ${quoted(region)}`,
  ]
    .filter(Boolean)
    .join(' ')

const unlockCommand = (
  of: Command,
  withHub: HubRunner,
  { kind, field }: { kind: lockouts.SignInAttempt['kind']; field: 'client_id' | 'name' },
): void => {
  of.command('unlock')
    .argument('<name>')
    .description('解除登录锁定 · lift the lockout after too many failures')
    .addOption(jsonOption())
    .action((name: string, { json }: JsonFlag) =>
      withHub(async (hub) => {
        const lifted = await hub.recorded(`hub ${of.name()} unlock ${quoted(name)}`, () =>
          lockouts.liftLockouts(hub.db, { kind, name, now: hub.now(), log: hub.log }),
        )
        printResult(json, { [field]: name, lifted: lifted.length }, () => [
          `已解除锁定 unlocked ${name}（${lifted.length}）`,
        ])
      }),
    )
}

const clientCommands = (client: Command, withHub: HubRunner): void => {
  unlockCommand(client, withHub, { kind: 'CLIENT', field: 'client_id' })
  const show = (
    json: boolean | undefined,
    registered: clients.ClientCredentials & { previous_until?: string | null },
  ): void =>
    printResult(json, registered, () => [
      `客户端 client_id     ${registered.client_id}`,
      `密钥   client_secret ${registered.client_secret}  （仅此一次 shown once）`,
      WAITS,
      ...(registered.previous_until
        ? [`旧密钥有效至 the secret before is good until ${registered.previous_until}`]
        : []),
    ])

  client
    .command('add')
    .argument('<name>')
    .requiredOption('--role <role>', `角色 one of: ${CLIENT_ROLES.join(' ')}`)
    .option('--agency <id>', '信源单位 · agency')
    .option('--region <code>', '区划代码 · division code of six digits')
    .description('登记系统，密钥只显示一次 · register a system; prints the secret once')
    .addOption(jsonOption())
    .action((name: string, { json, ...given }: RegistrationOptions) =>
      withHub(async (hub) => {
        const add = () => clients.add(hub.db, { name, ...given }, agencyIds(), changeOf(hub))
        show(json, await hub.recorded(`hub client add ${worded(name, given)}`, add))
      }),
    )

  client
    .command('rotate')
    .argument('<name>')
    .option('--overlap <hours>', '旧密钥继续有效的小时数 · hours for which the secret before stays good', '24')
    .addOption(
      new Option('--leaked', '旧密钥及其令牌立即失效 · the secret before and its tokens are good no more').conflicts(
        'overlap',
      ),
    )
    .description('更换密钥 · a new secret, printed once')
    .addOption(jsonOption())
    .action((name: string, { json, overlap, leaked = false }: JsonFlag & { overlap: string; leaked?: boolean }) => {
      if (!/^\d{1,3}$/.test(overlap)) throw new Refusal('USAGE', { reason: '--overlap 须为小时数 hours, 0 to 720' })
      return withHub(async (hub) => {
        const options = { overlapMs: Number(overlap) * HOUR_MS, leaked }
        const rotate = () => clients.rotateSecretWithOverlap(hub.db, name, { ...options, ...changeOf(hub) })
        show(json, await hub.recorded(`hub client rotate ${quoted(name)}${leaked ? ' --leaked' : ''}`, rotate))
      })
    })

  client
    .command('sellers')
    .argument('<name>')
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
    .addOption(jsonOption())
    .action((name: string, { json, marketplace, unconfirmed, reason }: SellersOptions) => {
      if (unconfirmed !== undefined && !/^\d{1,7}$/.test(unconfirmed))
        throw new Refusal('USAGE', { reason: '--unconfirmed 须为整数 a whole number' })
      return withHub(async (hub) => {
        const words = [
          `hub client sellers ${quoted(name)}`,
          marketplace && `--marketplace ${quoted(marketplace)}`,
          unconfirmed && `--unconfirmed ${unconfirmed}`,
          `--reason ${quoted(reason)}`,
        ]
        const decided = await hub.recorded(words.filter(Boolean).join(' '), () =>
          setSellersCap(hub.db, {
            client: name,
            marketplace: marketplace ?? null,
            unconfirmedSellers: unconfirmed === undefined ? null : Number(unconfirmed),
            reason,
            mark: hub.keys.mark,
            now: hub.now(),
          }),
        )
        printResult(json, { client_id: name, ...decided }, () => [
          `已核实 confirmed ${decided.confirmed}，未核实 unconfirmed ${decided.unconfirmed}，上限 cap ${decided.unconfirmedMost}，等级未开放 grades closed ${decided.gradesClosed}`,
        ])
      })
    })

  client
    .command('end')
    .argument('<name>')
    .description('停用系统，其令牌立即失效 · a system gets no token any more, and those it has are good no more')
    .addOption(jsonOption())
    .action((name: string, { json }: JsonFlag) =>
      withHub(async (hub) => {
        await hub.recorded(`hub client end ${quoted(name)}`, () => clients.end(hub.db, name, hub.now()))
        printResult(json, { client_id: name, ended: true }, () => [`已停用 ended ${name}`])
      }),
    )
}

const personCommands = (person: Command, withHub: HubRunner): void => {
  unlockCommand(person, withHub, { kind: 'PERSON', field: 'name' })
  const show = (json: boolean | undefined, registered: people.PersonCredentials): void =>
    printResult(json, registered, () => [
      `姓名       name              ${registered.name}`,
      `一次性密码 one-time password ${registered.one_time_password}  （仅此一次 shown once）`,
      `首次登录时须自选密码，不迟于 another is chosen at the first sign-in, not later than ${registered.good_until}`,
      registered.pending
        ? WAITS
        : '无人可以确认，登记即生效 confirmed by this command: nobody is there who could confirm it',
    ])

  person
    .command('add')
    .argument('<name>')
    .requiredOption('--role <role>', `角色 one of: ${CLIENT_ROLES.join(' ')}`)
    .option('--duty <duty>', `管理员的职责 an administrator's duty, one of: ${ADMINISTRATOR_DUTIES.join(' ')}`)
    .option('--agency <id>', '信源单位 · agency')
    .option('--region <code>', '区划代码 · division code of six digits')
    .description('登记人员，一次性密码只显示一次 · register a person; prints a one-time password')
    .addOption(jsonOption())
    .action((name: string, { json, ...given }: RegistrationOptions) =>
      withHub(async (hub) => {
        const add = () => people.add(hub.db, { name, ...given }, agencyIds(), changeOf(hub))
        show(json, await hub.recorded(`hub person add ${worded(name, given)}`, add))
      }),
    )

  person
    .command('reset')
    .argument('<name>')
    .description('重设一次性密码，其登录全部结束 · a new one-time password; its sessions end')
    .addOption(jsonOption())
    .action((name: string, { json }: JsonFlag) =>
      withHub(async (hub) =>
        show(
          json,
          await hub.recorded(`hub person reset ${quoted(name)}`, () =>
            people.resetPassword(hub.db, name, changeOf(hub)),
          ),
        ),
      ),
    )

  person
    .command('end')
    .argument('<name>')
    .description('停用人员，其登录立即结束 · a person signs in no more; its sessions end')
    .addOption(jsonOption())
    .action((name: string, { json }: JsonFlag) =>
      withHub(async (hub) => {
        await hub.recorded(`hub person end ${quoted(name)}`, () => people.end(hub.db, name, hub.now()))
        printResult(json, { name, ended: true }, () => [`已停用 ended ${name}`])
      }),
    )
}

const keyCommands = (keys: Command, withHub: HubRunner): void => {
  keys
    .command('rotate')
    .option('--leaked', '立即换用，旧密钥签发的令牌全部失效 · at once; no token of an older key is good any more')
    .addOption(
      new Option(
        '--audit',
        '改为换用密封审计日志的密钥，旧密钥保留 · instead, seal the audit log with a new key',
      ).conflicts('leaked'),
    )
    .description('换用新的令牌签名密钥 · sign tokens with a new key')
    .addOption(jsonOption())
    .action(({ json, leaked = false, audit = false }: JsonFlag & { leaked?: boolean; audit?: boolean }) =>
      withHub(async (hub) => {
        if (audit) {
          const key = await hub.recorded('hub keys rotate --audit', () => hub.newAuditKey())
          return printResult(json, { key }, () => [`审计日志的新密钥 new key of the audit log ${key}`])
        }
        const words = `hub keys rotate${leaked ? ' --leaked' : ''}`
        const { kid, signsFrom } = await hub.recorded(words, async () => hub.newTokenKey({ leaked }))
        printResult(json, { kid, signs_from: signsFrom.toISOString() }, () => [
          `新密钥 new key ${kid}，自 ${signsFrom.toISOString()} 起签发 signs from then on`,
        ])
      }),
    )

  keys
    .command('adopt')
    .description(
      '改用 KEYS_DIR 中的密钥（原密钥已失）· use the keys of KEYS_DIR from now on, where those of the database are lost',
    )
    .addOption(jsonOption())
    .action(({ json }: JsonFlag) =>
      withHub(
        async (hub) => {
          await hub.recorded('hub keys adopt', async () => {})
          printResult(json, { adopted: true }, () => [
            '已改用 KEYS_DIR 中的密钥 the keys of KEYS_DIR are used from now on',
          ])
        },
        { adoptKeys: true },
      ),
    )
}

const clockCommands = (clock: Command, withHub: HubRunner): void => {
  clock
    .command('confirm')
    .requiredOption('--reason <text>', '依据 · by what it was found right')
    .description(
      '确认跳变后的时钟无误，恢复到期、清除和新增 · the clock is right after a leap: expiry, erasing and additions go on',
    )
    .addOption(jsonOption())
    .action(({ reason, json }: { reason: string; json?: boolean }) =>
      withHub(async (hub) => {
        const doubt = await hub.recorded('hub clock confirm', () =>
          confirmClock(hub.db, { by: 'command', reason, mark: hub.keys.mark }),
        )
        printResult(json, { confirmed: true, foundAt: doubt.foundAt, expectedAt: doubt.expectedAt }, () => [
          `时钟已确认 confirmed：${doubt.foundAt.toISOString()}（原应为 expected ${doubt.expectedAt.toISOString()}）`,
        ])
      }),
    )
}
