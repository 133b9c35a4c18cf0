import { kindsOfferedTo, NOTIFICATION_KINDS } from '../domain/notifications/kinds.js'
import type { Hub } from '../hub/hub.js'
import type { GroupRobots } from '../sandbox/group-robots.js'
import * as store from '../store/notifications/recipients.js'
import { examineRobot, keepRobot } from '../work/notifications/group-robots.js'
import { labelOfPerson } from '../work/notifications/settings.js'
import { DEMO_AUTHOR, DEMO_PEOPLE } from './people.js'

const AT_ONCE = { digestHour: null, quietFrom: null, quietTo: null }

/** People have no addresses where a true mail server is configured. */
export const addDemoRecipients = async (hub: Hub, robots: GroupRobots, isMailReal: boolean): Promise<void> => {
  const { db, keys, config } = hub
  const now = hub.now()
  for (const { name: person, role } of DEMO_PEOPLE) {
    if (isMailReal || kindsOfferedTo(role).length === 0 || (await store.findOfPerson(db, person))?.address != null)
      continue
    const pendingAddress = keys.seal(`${person}@example.invalid`, labelOfPerson(person))
    await db.transaction(async (tx) => {
      if (!(await store.saveChoice(tx, { person, kinds: kindsOfferedTo(role), ...AT_ONCE, now }))) return
      await store.awaitProof(tx, { person, pendingAddress, codeMark: '', codeUntil: now, codesSent: 0, now })
      await store.acceptAddress(tx, person, now)
    })
  }
  const parts = { keys, allow: hub.office.webhookAllow(), publicUrl: config.publicUrl }
  const made = { ...AT_ONCE, region: null, kinds: NOTIFICATION_KINDS, now }
  for (const robot of [
    { name: '名单办理组', form: 'DINGTALK', ...robots.dingtalk },
    { name: '数据运维组', form: 'WECOM', ...robots.wecom, secret: null },
  ] as const) {
    const content = await examineRobot(db, parts, { ...robot, ...made })
    await db.transaction((tx) => keepRobot(tx, { content, proposedBy: DEMO_AUTHOR }, now))
  }
}
