import { expect } from 'chai'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import { classifyMailFault, MailError, type MailFault, makeMailSender } from '../../../src/work/notifications/mail.js'
import { freePort } from '../../support/ports.js'

describe('mail by SMTP', () => {
  let mail: MailServerStandIn
  before(async () => {
    mail = await startMailServer()
  })
  after(() => mail.close())

  const send = (host: string, more: object = {}) =>
    makeMailSender({
      ...{ host, port: mail.port, secure: false, user: 'hub', password: 'geheim', sender: 'hub@hub.test', ...more },
    })({ to: 'someone@mail.test', subject: '【信用枢纽】', body: '正文', messageId: '<1@hub.test>', date: new Date(0) })
  const failureOf = (sent: Promise<void>): Promise<MailError> =>
    sent.then(
      () => expect.fail('it was sent'),
      (error: unknown) => (error instanceof MailError ? error : expect.fail(String(error))),
    )

  it('leaves without TLS only for the loopback address of this machine', async () => {
    await send('127.0.0.1')
    // 0.0.0.0 reaches the same server, but is no loopback address.
    const { message, isFinal } = await failureOf(send('0.0.0.0'))
    expect([message, isFinal, mail.mails.length]).to.deep.equal(['ETLS STARTTLS 502', false, 1])
    expect(mail.mails[0]).to.include({ subject: '【信用枢纽】', text: '正文', messageId: '<1@hub.test>' })
  })

  it('fails with codes alone: no address, no credential, no sentence of the server', async () => {
    mail.behave({ refuse: 'someone@mail.test' })
    const { message, isFinal } = await failureOf(send('127.0.0.1'))
    expect([message, isFinal]).to.deep.equal(['EENVELOPE RCPT TO 550', true])
    mail.behave({ refuse: null, failNext: 1 })
    expect(await failureOf(send('127.0.0.1'))).to.include({ message: 'EMESSAGE DATA 451', isFinal: false })
  })

  it('says why the server did not take a mail', async () => {
    const fault = async (more: object = {}) => (await failureOf(send('127.0.0.1', more))).fault
    mail.behave({ refuse: 'someone@mail.test', failNext: 0 })
    expect(await fault()).to.equal('RECIPIENT_REFUSED')
    mail.behave({ refuse: null, refuseSender: 'hub@hub.test' })
    expect(await fault()).to.equal('SENDER_REFUSED')
    mail.behave({ refuseSender: null, refuseLogin: true })
    expect(await fault()).to.equal('CREDENTIALS')
    mail.behave({ refuseLogin: false, failNext: 1 })
    expect(await fault()).to.equal('REFUSED')
    expect(await fault({ secure: true }), 'TLS to a port without it').to.equal('TLS')
    mail.behave({ outage: true })
    expect(await fault(), 'a broken connection').to.equal('UNREACHABLE')
    mail.behave({ outage: false })
    expect(await fault({ port: await freePort() }), 'nobody listens').to.equal('UNREACHABLE')
  })

  it('tells the faults that no stand-in shows by their codes', () => {
    const rows: [object, MailFault][] = [
      [{ code: 'EDNS', originalCode: 'ENOTFOUND', command: 'CONN' }, 'NAME_UNKNOWN'],
      [{ code: 'ETIMEDOUT', command: 'CONN' }, 'TIMEOUT'],
      [{ code: 'EABORT' }, 'TIMEOUT'],
      [{ code: 'ESOCKET', originalCode: 'DEPTH_ZERO_SELF_SIGNED_CERT', command: 'CONN' }, 'TLS'],
      [{ code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED', command: 'CONN' }, 'TLS'],
      [{ code: 'ESOCKET', originalCode: 'EHOSTUNREACH', command: 'CONN' }, 'UNREACHABLE'],
      [{ code: 'EENVELOPE', command: 'MAIL FROM', responseCode: 530 }, 'CREDENTIALS'],
      [new Error('something else'), 'OTHER'],
    ]
    for (const [error, fault] of rows) expect(classifyMailFault(error), JSON.stringify(error)).to.equal(fault)
  })
})
