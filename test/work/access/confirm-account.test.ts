import { expect } from 'chai'
import * as confirmations from '../../../src/store/access/confirmations.js'
import * as store from '../../../src/store/access/people.js'
import * as clients from '../../../src/work/access/clients.js'
import { confirmAccount } from '../../../src/work/access/confirm-account.js'
import * as people from '../../../src/work/access/people.js'
import { makeFirstSetup } from '../../../src/work/office/first-setup.js'
import { whileHeld } from '../../support/held-locks.js'
import { database, later, NOW, refusal } from '../../support/world.js'

describe('accounts and the rule of two persons', () => {
  const db = database()
  const change = (by: string, more: Partial<store.AccountChange> = {}): store.AccountChange => ({
    ...{ by, byCommand: false, now: NOW },
    ...more,
  })
  const administrator = (name: string, duty: string, by = 'command', more: Partial<store.AccountChange> = {}) =>
    people.registerPerson(
      db(),
      { name, role: 'administrator', duty },
      [],
      change(by, { byCommand: by === 'command', ...more }),
    )
  const pendingSince = async (name: string) => (await store.findPerson(db(), name))?.pendingSince ?? null
  const confirm = (name: string, by: string, seen: Date | null, table: confirmations.AccountTable = 'people') =>
    confirmAccount(db(), { table, name, pendingSince: seen ?? NOW, by, now: later(60) })

  it('the first account of each duty is confirmed by its registration and marked exempt', async () => {
    expect((await administrator('one', 'systems')).pending).to.equal(false)
    expect((await administrator('two', 'security')).pending).to.equal(false)
    expect((await administrator('three', 'systems')).pending).to.equal(true)
    expect((await administrator('four', 'security')).pending).to.equal(true)
    expect((await store.listPeople(db(), 10)).map(({ id, exempt }) => [id, exempt])).to.deep.equal([
      ['four', false],
      ['one', true],
      ['three', false],
      ['two', true],
    ])
  })

  it('section 7: one administrator alone creates neither an officer nor a reviewer', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    for (const role of ['officer', 'reviewer'])
      expect((await people.registerPerson(db(), { name: role, role }, [], change('one'))).pending).to.equal(true)
    const seen = await pendingSince('officer')
    expect((await refusal(confirm('officer', 'one', seen))).code).to.equal('DUTY_MISSING')
    expect((await refusal(confirm('officer', 'officer', seen))).code).to.equal('DUTY_MISSING')
    await confirm('officer', 'two', seen)
    expect(await store.findPerson(db(), 'officer')).to.include({
      pendingSince: null,
      confirmedBy: 'two',
      changedBy: 'one',
    })
    // A person with the duty to confirm cannot confirm an account that the same person registered.
    await people.registerPerson(db(), { name: 'own', role: 'reviewer' }, [], change('two'))
    expect((await refusal(confirm('own', 'two', await pendingSince('own')))).code).to.equal('SECOND_PERSON')
  })

  it('a reset password needs a new confirmation', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    await people.registerPerson(db(), { name: 'li', role: 'reviewer' }, [], change('one'))
    const first = await pendingSince('li')
    await confirm('li', 'two', first)
    await people.resetPassword(db(), 'li', change('one', { now: later(30) }))
    expect(await pendingSince('li')).to.deep.equal(later(30))
    expect((await refusal(confirm('li', 'two', first))).code).to.equal('ACCOUNT_CHANGED')
    // An administrator cannot take over another's account by resetting its password: the account needs confirmation.
    await people.resetPassword(db(), 'two', change('one', { now: later(40) }))
    expect(await pendingSince('two')).to.deep.equal(later(40))
  })

  it('nobody confirms an own change that waits behind another person’s', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    await administrator('three', 'security', 'one')
    await confirm('three', 'two', await pendingSince('three'))
    await people.registerPerson(db(), { name: 'li', role: 'reviewer' }, [], change('one'))
    await confirm('li', 'two', await pendingSince('li'))
    // The one-time password of `two` would open the account if `two` confirmed the lost factor too.
    await people.resetPassword(db(), 'li', change('two', { now: later(30) }))
    await people.resetSecondFactor(db(), 'li', change('one', { now: later(40) }))
    expect((await store.findPerson(db(), 'li'))?.pendingChanges).to.deep.equal({
      PASSWORD: 'two',
      SECOND_FACTOR: 'one',
    })
    expect((await refusal(confirm('li', 'two', later(40)))).code).to.equal('SECOND_PERSON')
    // A newer password replaces the one that `two` knows.
    await people.resetPassword(db(), 'li', change('one', { now: later(50) }))
    await confirm('li', 'two', later(50))
    expect((await store.findPerson(db(), 'li'))?.pendingChanges).to.deep.equal({})
  })

  it('a change that began at the instant of the one seen is not confirmed with it', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    await people.registerPerson(db(), { name: 'li', role: 'reviewer' }, [], change('one'))
    await confirm('li', 'two', await pendingSince('li'))
    // The time of a request is that of its first byte, so one that was begun early can end late.
    await people.resetSecondFactor(db(), 'li', change('one', { now: later(30) }))
    const seen = await pendingSince('li')
    await people.resetPassword(db(), 'li', change('one', { now: later(30) }))
    expect((await refusal(confirm('li', 'two', seen))).code).to.equal('ACCOUNT_CHANGED')
    await confirm('li', 'two', await pendingSince('li'))
  })

  it('one administrator of each duty is exempt from confirmation, also when several register at the same time', async () => {
    const names = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6']
    const registered = await whileHeld(
      db(),
      'lock table people in access exclusive mode',
      names.map((name, i) => () => administrator(name, i % 2 ? 'systems' : 'security', 'a0')),
    )
    const made = registered.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    expect(made).to.have.length(names.length)
    expect(made.filter(({ pending }) => !pending).map(({ duty }) => duty)).to.have.members(['systems', 'security'])
  })

  it('the first setup registers one administrator, also for several submissions at the same time', async () => {
    const setup = makeFirstSetup(db())
    const names = ['first', 'first', 'second', 'third']
    const made = await whileHeld(
      db(),
      'lock table people in access exclusive mode',
      names.map((name) => () => setup.register({ code: setup.code, name, now: NOW })),
    )
    expect(made.filter(({ status }) => status === 'fulfilled')).to.have.length(1)
    expect(await store.listPeople(db(), 10)).to.have.length(1)
    expect((await refusal(setup.register({ code: setup.code, name: 'late', now: NOW }))).code).to.equal('SETUP_CLOSED')
  })

  it('a command on the host activates an account that can confirm only where no other such account is active', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    expect((await people.resetPassword(db(), 'two', change('command', { byCommand: true }))).pending).to.equal(false)
    await confirmations.endAccount(db(), 'people', 'two', NOW)
    expect((await administrator('three', 'security', 'one')).pending).to.equal(true)
    expect((await administrator('four', 'security')).pending).to.equal(false)
    expect((await administrator('five', 'security')).pending).to.equal(true)
    const officer = await people.registerPerson(
      db(),
      { name: 'six', role: 'officer' },
      [],
      change('command', { byCommand: true }),
    )
    expect(officer.pending).to.equal(true)
  })

  it('a system gets no token by an unconfirmed new secret and keeps using the old one', async () => {
    await administrator('one', 'systems')
    await administrator('two', 'security')
    const { client_secret: first } = await clients.registerClient(
      db(),
      { name: 'mall', role: 'marketplace' },
      [],
      change('one'),
    )
    expect(await clients.secretMatchesClient(db(), 'mall', first, NOW)).to.equal(false)
    await confirm('mall', 'two', NOW, 'clients')
    expect(await clients.secretMatchesClient(db(), 'mall', first, NOW)).to.equal(true)
    const { client_secret: next } = await clients.rotateSecretWithOverlap(
      db(),
      'mall',
      change('one', { now: later(10) }),
    )
    const works = async (secret: string) => clients.secretMatchesClient(db(), 'mall', secret, later(20))
    expect([await works(first), await works(next)]).to.deep.equal([true, false])
    await confirm('mall', 'two', later(10), 'clients')
    expect([await works(first), await works(next)]).to.deep.equal([true, true])
  })

  it('a secret that nobody confirmed does not become the previous one that still works', async () => {
    await administrator('two', 'security')
    const rotate = async (at: Date) => clients.rotateSecretWithOverlap(db(), 'mall', change('one', { now: at }))
    const works = (secret: string, at: Date) => clients.secretMatchesClient(db(), 'mall', secret, at)
    const given = { name: 'mall', role: 'reviewer' }
    const { client_secret: first } = await clients.registerClient(db(), given, [], change('one'))
    const second = await rotate(later(10))
    expect(second.previous_until).to.equal(null)
    expect([await works(first, later(20)), await works(second.client_secret, later(20))]).to.deep.equal([false, false])
    await confirm('mall', 'two', later(10), 'clients')
    const third = await rotate(later(30))
    const fourth = await rotate(later(40))
    expect(fourth.previous_until).to.equal(later(40 + 86_400).toISOString())
    const tried = [first, second, third, fourth].map((one) => (typeof one === 'string' ? one : one.client_secret))
    const working = await Promise.all(tried.map((secret) => works(secret, later(50))))
    expect(working).to.deep.equal([false, true, false, false])
  })

  it('only an administrator may have a duty, and only a known one', async () => {
    const add = (given: people.PersonInput) => refusal(people.registerPerson(db(), given, [], change('one')))
    expect((await add({ name: 'a', role: 'officer', duty: 'security' })).code).to.equal('USAGE')
    expect((await add({ name: 'b', role: 'administrator', duty: 'king' })).code).to.equal('USAGE')
  })
})
