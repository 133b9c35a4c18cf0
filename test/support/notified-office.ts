/** An office whose people and groups are told: a database, a mail server, two robots, and a clock that a test moves. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { agencies } from '../../src/agencies/index.js'
import type { Role } from '../../src/domain/access/viewer.js'
import { kindsOfferedTo, NOTIFICATION_KINDS } from '../../src/domain/notifications/kinds.js'
import { type Keys, loadKeys } from '../../src/foundation/keys.js'
import { platforms } from '../../src/platforms/index.js'
import { startGroupRobots } from '../../src/sandbox/group-robots.js'
import { startMailServer } from '../../src/sandbox/mail-server.js'
import * as recipients from '../../src/store/notifications/recipients.js'
import type { AuditEntry } from '../../src/work/audit/audit-log.js'
import { examineRobot, keepRobot } from '../../src/work/notifications/group-robots.js'
import { makeMailSender } from '../../src/work/notifications/mail.js'
import { type NotifyRun, runNotifications } from '../../src/work/notifications/notify.js'
import { labelOfPerson } from '../../src/work/notifications/settings.js'
import { confirmedPerson } from './accounts.js'
import { freshDatabase } from './database.js'
import { log, rules } from './world.js'

const AT_ONCE = { digestHour: null, quietFrom: null, quietTo: null }
const PUBLIC_URL = 'http://hub.test'
const ALLOW = ['127.0.0.0/8']

export interface Told {
  name: string
  role: Role
  agency?: string
  duty?: string
}

export type NotifiedOffice = Awaited<ReturnType<typeof openNotifiedOffice>>

export const openNotifiedOffice = async (start: Date) => {
  const test = await freshDatabase()
  const { db } = test
  const folder = mkdtempSync(join(tmpdir(), 'hub-notify-'))
  const keys: Keys = await loadKeys(folder, PUBLIC_URL)
  const mail = await startMailServer()
  let now = start
  const robots = await startGroupRobots(mail, () => now)
  const sender = makeMailSender({
    ...{ host: mail.host, port: mail.port, secure: false, user: null, password: null, sender: 'hub@hub.test' },
  })
  const audited: Omit<AuditEntry, 'kind'>[] = []
  const known: string[] = []
  const addressOf = (person: string): string => `p${known.indexOf(person)}@mail.test`

  const addPerson = async ({ name, role, agency = 'market-regulator', duty }: Told): Promise<void> => {
    known.push(name)
    await confirmedPerson(db, { name, role, agency, ...(duty !== undefined && { duty }) }, [agency], now)
    const pendingAddress = keys.seal(addressOf(name), labelOfPerson(name))
    await db.transaction(async (tx) => {
      await recipients.saveChoice(tx, { person: name, kinds: kindsOfferedTo(role), ...AT_ONCE, now })
      await recipients.awaitProof(tx, { person: name, pendingAddress, codeMark: '', codeUntil: now, codesSent: 0, now })
      await recipients.acceptAddress(tx, name, now)
    })
  }
  /** Two groups: 名单组 by 钉钉 and 运维组 by 企业微信. */
  const addRobots = async (): Promise<void> => {
    const parts = { keys, allow: ALLOW, publicUrl: PUBLIC_URL }
    const made = { ...AT_ONCE, region: null, kinds: NOTIFICATION_KINDS, now }
    for (const robot of [
      { name: '名单组', form: 'DINGTALK', ...robots.dingtalk },
      { name: '运维组', form: 'WECOM', ...robots.wecom, secret: null },
    ] as const) {
      const content = await examineRobot(db, parts, { ...robot, ...made })
      await db.transaction((tx) => keepRobot(tx, { content, proposedBy: '登记人' }, now))
    }
  }
  const tell = async (itemsMost?: number): Promise<NotifyRun> => {
    const auditLog = { chunk: async (row: Omit<AuditEntry, 'kind'>) => void audited.push(row) }
    const done = await runNotifications(db, {
      ...{ cause: 'command', now: () => now, log, publicUrl: PUBLIC_URL },
      sources: { rules, agencies, platforms, configured: new Set(['credit-office']) },
      ...(itemsMost !== undefined && { itemsMost }),
      sending: { keys, mail: sender, allow: ALLOW, auditLog, random: () => 0.5, log },
    })
    if (done === null) throw new Error('another process had it')
    return done
  }
  return {
    ...{ db, url: test.url, folder, keys, mail, robots, audited, addPerson, addRobots, tell, addressOf },
    now: (): Date => now,
    setNow: (instant: Date): void => {
      now = instant
    },
    pass: (seconds: number): void => {
      now = new Date(now.getTime() + seconds * 1_000)
    },
    mailsTo: (person: string) => mail.mails.filter(({ to }) => to === addressOf(person)),
    /** Forgets what was received, and receivers behave well again. */
    fresh: (): void => {
      mail.mails.length = 0
      robots.messages.length = 0
      mail.behave({ outage: false, failNext: 0, cutAfterAccept: 0, refuse: null, hold: false })
      robots.behave({ outage: false })
    },
    choose: (person: string, choice: Partial<recipients.PersonChoice>): Promise<unknown> =>
      db.transaction((tx) => recipients.saveChoice(tx, { person, kinds: [], ...AT_ONCE, now, ...choice })),
    close: async (): Promise<void> => {
      await mail.close()
      await robots.close()
      await test.drop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
