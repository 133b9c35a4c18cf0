/** A process that tells is killed at each place between noting an occasion and storing that it was told. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { addCases } from '../../api/worklist/filled-office.js'
import { upTo } from '../../support/case.js'
import { type NotifiedOffice, openNotifiedOffice } from '../../support/notified-office.js'

const NOTIFYING = fileURLToPath(new URL('../../support/notifying.ts', import.meta.url))
const LEASE_ENDS_SECONDS = 300
const NUMBER = /消息编号 ([0-9A-F]{8})/
const PERSON = '李经办'

describe('a notification', () => {
  let office: NotifiedOffice
  before(async () => {
    office = await openNotifiedOffice(new Date('2027-12-01T02:00:00.000Z'))
    await office.addPerson({ name: PERSON, role: 'officer' })
    await office.addRobots()
  })
  after(() => office.close())

  /** Mails and messages of each group that the killed process may have sent. */
  const places: [string, number][] = [
    ['before notifications.add ', 0],
    ['after notifications.add ', 0],
    ['after notifications.addMessage', 0],
    ['after notifications.tell', 0],
    ['before notifications.claim', 0],
    ['after notifications.claim', 1],
    ['before the mail', 1],
    ['after the mail', 1],
    ['before notifications.book', 1],
    ['after notifications.book', 1],
  ]

  const tellUntil = async (place: string): Promise<void> => {
    const args = [office.url, office.folder, String(office.mail.port), office.now().toISOString(), place]
    const child = spawn(process.execPath, ['--import', 'tsx', NOTIFYING, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await once(child, 'exit')
    expect(child.signalCode, place).to.equal('SIGKILL')
  }

  for (const [i, [place, sent]] of places.entries())
    it(`is neither lost nor another one when the process is killed ${place}`, async () => {
      office.fresh()
      await addCases(office.db, [{ facts: upTo('openLead') }], 1 + i)
      await tellUntil(place)
      const before = office.mail.mails.length + office.robots.messages.length
      if (sent === 0) expect(before).to.equal(0)
      office.pass(LEASE_ENDS_SECONDS)
      await office.tell()
      const mails = office.mailsTo(PERSON)
      expect(mails.length).to.be.within(1, 1 + sent)
      expect(new Set(mails.map(({ messageId }) => messageId)).size).to.equal(1)
      for (const group of ['DINGTALK', 'WECOM'] as const) {
        const numbers = office.robots.messages
          .filter(({ form }) => form === group)
          .map(({ text }) => NUMBER.exec(text)?.[1])
        expect(numbers.length, group).to.be.within(1, 1 + sent)
        expect(new Set(numbers).size, group).to.equal(1)
      }
      office.pass(LEASE_ENDS_SECONDS)
      office.fresh()
      expect(await office.tell()).to.include({ noted: 0, told: 0, sent: 0 })
      expect(await office.db('notification_messages').whereNot({ state: 'SENT' })).to.deep.equal([])
    })

  it('comes at most twice, under one Message-ID, when the process is killed as the server takes it', async () => {
    office.fresh()
    office.mail.behave({ hold: true })
    await addCases(office.db, [{ facts: upTo('openLead') }], 100)
    const args = [office.url, office.folder, String(office.mail.port), office.now().toISOString()]
    const child = spawn(process.execPath, ['--import', 'tsx', NOTIFYING, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const exited = once(child, 'exit')
    const deaf = office.mail.onMail(() => child.kill('SIGKILL'))
    await exited
    deaf()
    office.mail.behave({ hold: false })
    expect(child.signalCode).to.equal('SIGKILL')
    office.pass(LEASE_ENDS_SECONDS)
    await office.tell()
    const ids = office.mailsTo(PERSON).map(({ messageId }) => messageId)
    expect([ids.length, new Set(ids).size]).to.deep.equal([2, 1])
  })
})
