import { expect } from 'chai'
import { type MailServerStandIn, startMailServer } from '../../../src/sandbox/mail-server.js'
import { MailError, makeMailSender } from '../../../src/work/notifications/mail.js'

describe('mail by SMTP', () => {
  let mail: MailServerStandIn
  before(async () => {
    mail = await startMailServer()
  })
  after(() => mail.close())

  const send = (host: string) =>
    makeMailSender({
      ...{ host, port: mail.port, secure: false, user: 'hub', password: 'geheim', sender: 'hub@hub.test' },
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
})
