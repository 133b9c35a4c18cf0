/** A person is told by mail of what happens to the own account: signed in over HTTP, told by the whole chain. */
import { expect } from 'chai'
import { agencies } from '../../src/agencies/index.js'
import { codeOfStep, stepAt } from '../../src/foundation/keys/one-time-codes.js'
import { platforms } from '../../src/platforms/index.js'
import { type MailServerStandIn, startMailServer } from '../../src/sandbox/mail-server.js'
import { makeMailSender } from '../../src/work/notifications/mail.js'
import { runNotifications } from '../../src/work/notifications/notify.js'
import { makeWorld, NOW, type World } from '../api/world.js'
import { confirmedReset } from '../support/accounts.js'
import { makeAuthenticator } from '../support/authenticator.js'
import { bytesOfBase32, type DeskCookie, makeSignIns, OWN } from '../support/sign-ins.js'
import { log, rules } from '../support/world.js'

const MINUTE_MS = 60_000
const addressOf = (name: string): string => `${name}@mail.test`

describe('notices about the own account', () => {
  let world: World
  let mail: MailServerStandIn
  let now = NOW
  const settings = () => ({
    ...{ host: mail.host, port: mail.port, secure: false, user: null, password: null, sender: 'hub@hub.test' },
  })
  before(async () => {
    mail = await startMailServer()
    world = await makeWorld({ secondFactor: 'nobody', mail: settings() })
  })
  after(async () => {
    await world.close()
    await mail.close()
  })
  const later = (ms: number): void => {
    now = new Date(now.getTime() + ms)
    world.setNow(now)
  }
  const { login, act, next, signedIn } = makeSignIns(() => world, { now: () => now, later })
  const asPerson = ({ cookie, csrf }: DeskCookie) => ({ headers: { cookie, 'x-csrf-token': csrf } })

  const tell = () =>
    runNotifications(world.database.db, {
      ...{ cause: 'command', now: () => now, log, publicUrl: world.url },
      sources: { rules, agencies, platforms, configured: new Set<string>() },
      sending: {
        ...{ keys: world.keys, mail: makeMailSender(settings()), allow: [], random: () => 0.5, log },
        auditLog: { chunk: async () => {} },
      },
    })
  /** The notices told since, by address. */
  const told = async (): Promise<[string, string][]> => {
    mail.mails.length = 0
    await tell()
    return mail.mails
      .filter(({ subject }) => subject === '【信用枢纽】账号安全通知')
      .map(({ to, text }) => [
        to,
        /，(.*)。/.exec(text.split('\n').find((line) => line.startsWith('1. ')) ?? '')?.[1] ?? '',
      ])
  }
  const confirmAddress = async (session: DeskCookie, address: string): Promise<void> => {
    later(2 * MINUTE_MS)
    const send = 'mutation ($to: String!) { sendMailCode(mailAddress: $to) { owed } }'
    await world.ask(send, { ...asPerson(session), variables: { to: address } })
    const code = /：(\d{6})/.exec(mail.mails.at(-1)?.text ?? '')?.[1]
    const confirm = 'mutation ($code: String!) { confirmMailAddress(mailCode: $code) { mailAddress } }'
    const { data } = await world.ask(confirm, { ...asPerson(session), variables: { code } })
    expect(data.confirmMailAddress.mailAddress).to.equal(address)
  }

  /** Somebody with a confirmed address. */
  const holder = async (name: string): Promise<DeskCookie> => {
    const session = await signedIn(name)
    await confirmAddress(session, addressOf(name))
    return session
  }

  it('come for each change of password and second factor, and for a used recovery code', async () => {
    const address = addressOf('changes')
    let session = await holder('changes')
    expect(await told()).to.deep.equal([])

    const key = makeAuthenticator()
    const { options } = (await act(session, 'begin-passkey')).body
    const added = await act(session, 'add-passkey', { name: '办公室', passkey: key.create(options) })
    session = next(session, added)
    expect(await told()).to.deep.equal([[address, '增加了一个通行密钥']])

    const [code] = added.body.recoveryCodes as string[]
    expect((await login({ name: 'changes', password: OWN, code })).status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '使用了一个恢复码']])

    expect((await act(session, 'renew-recovery-codes')).status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '重新生成了恢复码']])

    const { secret } = (await act(session, 'begin-code')).body.generator
    const codeNow = codeOfStep(bytesOfBase32(secret), stepAt(now))
    session = next(session, await act(session, 'add-code', { code: codeNow }))
    expect(await told()).to.deep.equal([[address, '启用了一次性验证码']])
    expect((await act(session, 'remove-factor', { passkey: null })).status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '停用了一次性验证码']])

    const { id } = added.body.account.passkeys[0]
    expect((await act(session, 'remove-factor', { passkey: id })).status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '删除了一个通行密钥']])

    const changed = await act(session, 'change-password', { password: OWN, newPassword: `${OWN} 2` })
    expect(changed.status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '密码已修改']])
  })

  it('come when an administrator resets password or factor, although the account waits for confirmation', async () => {
    const address = addressOf('resets')
    await holder('resets')
    const of = { token: world.token('administrator', 'systems-1') }
    await world.ask('mutation { resetSecondFactor(name: "resets") { name } }', of)
    expect(await told()).to.deep.equal([[address, '管理员重置了第二因素']])
    const { one_time_password: password } = await confirmedReset(world.database.db, 'resets', now)
    expect(await told()).to.deep.equal([[address, '管理员重置了密码']])
    expect((await login({ name: 'resets', password, newPassword: `${OWN} 3` })).status).to.equal(200)
    expect(await told()).to.deep.equal([[address, '密码已修改']])
  })

  it('come once a day when wrong passwords lock the account, and not for a name that does not exist', async () => {
    await holder('locked')
    const guess = async (): Promise<void> => {
      for (const name of ['locked', 'nobody'])
        for (let n = 0; n < 10; n += 1) {
          await login({ name, password: 'wrong' })
          later(20_000)
        }
    }
    await guess()
    expect(await told()).to.deep.equal([
      [addressOf('locked'), '多次登录不成功，账号暂时锁定；当日再次锁定的不另行通知'],
    ])
    later(30 * MINUTE_MS)
    await guess()
    expect(await told()).to.deep.equal([])
  })

  it('cannot be redirected: the address of the time is told of a passkey, of its replacement and of its removal', async () => {
    let session = await holder('robbed')
    const { options } = (await act(session, 'begin-passkey')).body
    const passkey = makeAuthenticator().create(options)
    session = next(session, await act(session, 'add-passkey', { name: 'x', passkey }))
    // A digest, quiet hours and another address do not hold the notices back.
    await world.ask(
      'mutation { chooseNotifications(input: { kinds: [], digestHour: 9, quietFrom: 10, quietTo: 8 }) { owed } }',
      asPerson(session),
    )
    await confirmAddress(session, addressOf('thief'))
    await world.ask('mutation { removeMailAddress { mailAddress } }', asPerson(session))
    mail.mails.length = 0
    await tell()
    const notices = mail.mails.map(({ to, text }) => [to, ...text.split('\n').filter((line) => /^\d\. /.test(line))])
    expect(notices.map(([to, ...lines]) => [to, lines.length]).sort()).to.deep.equal([
      [addressOf('robbed'), 2],
      [addressOf('thief'), 1],
    ])
    expect(notices.flat().join()).to.include('增加了一个通行密钥').and.include('已更换').and.include('已删除')
    const { db } = world.database
    const { id } = await db('notification_recipients').where({ person: 'robbed', address: null }).first('id')
    expect(await db('notifications').where({ recipient_id: id }).whereNotNull('address')).to.deep.equal([])
  })
})
