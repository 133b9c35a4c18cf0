/** Texts that leave the hub in other forms than pages: drafts, certificates, case files, exported lists, messages. */
import { agencies } from '../../src/agencies/index.js'
import { kindsOfferedTo, NOTIFICATION_KINDS } from '../../src/domain/notifications/kinds.js'
import { zipFault } from '../../src/foundation/text/xlsx/zip.js'
import { readSheets } from '../../src/foundation/text/xlsx.js'
import { platforms } from '../../src/platforms/index.js'
import { startGroupRobots } from '../../src/sandbox/group-robots.js'
import { startMailServer } from '../../src/sandbox/mail-server.js'
import * as recipients from '../../src/store/notifications/recipients.js'
import { EXPORT_TABLES } from '../../src/web/exports/tables.js'
import { examineRobot, keepRobot } from '../../src/work/notifications/group-robots.js'
import { makeMailSender } from '../../src/work/notifications/mail.js'
import { runNotifications } from '../../src/work/notifications/notify.js'
import { labelOfPerson } from '../../src/work/notifications/settings.js'
import { PASSWORD } from './desk.js'
import type { FurnishedDesk } from './furnished-desk.js'
import { pdfText } from './pdf-text.js'

/** Bytes of an unpacked DOCX. */
const DOCX_BYTES_MOST = 4_000_000
const DRAFTS =
  'query($id: ID!) { listing(id: $id) { documents { kind html docx: draft(format: DOCX) pdf: draft(format: PDF) } } }'
/** Columns that hold what an agency sent, or an amount. */
const AS_SENT = new Set(['来件', '罚款（元）'])
const AT_ONCE = { digestHour: null, quietFrom: null, quietTo: null }

export interface WrittenText {
  where: string
  text: string
  draft: boolean
}

const docxText = (docx: Buffer): string => {
  let text = ''
  zipFault(docx, { unpackedBytes: DOCX_BYTES_MOST }, ({ name, content }) => {
    if (name === 'word/document.xml' || /header|footer/.test(name)) text += content.toString().replace(/<[^>]+>/g, '\n')
  })
  return text
}

/** Drafts of the documents of a case in each of these states, as DOCX and as PDF. */
export const draftTexts = async ({ hub, cases }: FurnishedDesk, states: readonly string[]): Promise<WrittenText[]> => {
  const token = await hub.token('officer', 'reader-of-drafts')
  const found: WrittenText[] = []
  for (const state of states) {
    const id = cases[state]
    const { data } = await hub.ask(DRAFTS, { id }, token)
    for (const { kind, docx, pdf } of data.listing.documents) {
      found.push({ where: `${state} ${kind}.docx`, text: docxText(Buffer.from(docx, 'base64')), draft: true })
      found.push({ where: `${state} ${kind}.pdf`, text: pdfText(Buffer.from(pdf, 'base64')), draft: true })
    }
  }
  return found
}

/** Lists, and the case file in each of these states, as an officer takes them from the desk. */
export const exportTexts = async ({ hub, cases }: FurnishedDesk, states: readonly string[]): Promise<WrittenText[]> => {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ name: 'officer', password: PASSWORD })
  const entered = await fetch(`${hub.url}/desk/login`, { method: 'POST', headers, body })
  const { csrfToken } = (await entered.json()) as { csrfToken: string }
  const session = {
    ...headers,
    cookie: entered.headers.get('set-cookie')?.split(';')[0] ?? '',
    'x-csrf-token': csrfToken,
  }
  const taken = async (path: string, wanted: object): Promise<Buffer> => {
    const answer = await fetch(`${hub.url}${path}`, { method: 'POST', headers: session, body: JSON.stringify(wanted) })
    if (!answer.ok) throw new Error(`${path} ${JSON.stringify(wanted)}: ${await answer.text()}`)
    return Buffer.from(await answer.arrayBuffer())
  }
  const found: WrittenText[] = []
  for (const list of Object.keys(EXPORT_TABLES)) {
    const csv = (await taken('/desk/export', { list, format: 'csv' })).toString()
    const [sheet] = readSheets(await taken('/desk/export', { list, format: 'xlsx' }), 'xlsx')
    const [titles, ...rows] = [...(sheet?.() ?? [])].map(
      ({ cells }) => new Map([...cells].map(([column, { v }]) => [column, String(v)])),
    )
    const words = rows.flatMap((row) => [...row].filter(([column]) => !AS_SENT.has(titles?.get(column) ?? '')))
    found.push(
      { where: `${list}.csv`, text: csv.split('\n')[0] ?? '', draft: false },
      {
        where: `${list}.xlsx`,
        text: [...(titles?.values() ?? []), ...words.map(([, cell]) => cell)].join('\n'),
        draft: false,
      },
    )
  }
  for (const state of states) {
    const pdf = await taken('/desk/case-file', { listing: cases[state], format: 'pdf' })
    found.push({ where: `${state} case file.pdf`, text: pdfText(pdf), draft: true })
  }
  return found
}

/** Mails to a person of each role and messages to a group of each form, about everything that waits. */
export const messageTexts = async ({ hub }: FurnishedDesk): Promise<WrittenText[]> => {
  const { db, keys, rules, now } = hub.hub
  const mail = await startMailServer()
  const robots = await startGroupRobots(mail, now)
  for (const role of ['officer', 'reviewer', 'administrator', 'agency'] as const) {
    const pendingAddress = keys.seal(`${role}@mail.test`, labelOfPerson(role))
    await db.transaction(async (tx) => {
      await recipients.saveChoice(tx, { person: role, kinds: kindsOfferedTo(role), ...AT_ONCE, now: now() })
      await recipients.awaitProof(tx, {
        person: role,
        pendingAddress,
        codeMark: '',
        codeUntil: now(),
        codesSent: 0,
        now: now(),
      })
      await recipients.acceptAddress(tx, role, now())
    })
  }
  const allow = ['127.0.0.0/8']
  const robot = { ...AT_ONCE, region: null, kinds: NOTIFICATION_KINDS, now: now() }
  const content = await examineRobot(
    db,
    { keys, allow, publicUrl: hub.url },
    { name: '名单组', form: 'DINGTALK', ...robots.dingtalk, ...robot },
  )
  await db.transaction((tx) => keepRobot(tx, { content, proposedBy: 'administrator' }, now()))
  const sender = makeMailSender({
    host: mail.host,
    port: mail.port,
    secure: false,
    user: null,
    password: null,
    sender: 'hub@hub.test',
  })
  const { log } = hub.hub
  await runNotifications(db, {
    ...{ cause: 'command', now, log, publicUrl: hub.url },
    sources: { rules, agencies, platforms, configured: new Set(agencies.map(({ id }) => id)) },
    sending: { keys, mail: sender, allow, auditLog: { chunk: async () => {} }, random: () => 0.5, log },
  })
  await mail.close()
  await robots.close()
  return [
    ...mail.mails.map(({ to, text }) => ({
      where: `mail to ${to}`,
      text: text.replace(/https?:\S+/g, ''),
      draft: false,
    })),
    ...robots.messages.map(({ form, text }) => ({
      where: `message to ${form}`,
      text: text.replace(/https?:\S+/g, ''),
      draft: false,
    })),
  ]
}
