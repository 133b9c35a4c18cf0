/** A secret or one-time password appears only in the answer that creates it. */

import type { AdministratorDuty } from '../../domain/access/accounts.js'
import { isAsleep } from '../../domain/access/sign-in.js'
import { isSamePerson, type Role } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import * as clients from '../../store/access/clients.js'
import type { AccountTable, ConfirmationState } from '../../store/access/confirmations.js'
import * as people from '../../store/access/people.js'
import * as clientWork from '../../work/access/clients.js'
import { confirmAccount } from '../../work/access/confirm-account.js'
import * as peopleWork from '../../work/access/people.js'
import { signInTermsAt } from '../../work/access/sign-in-rules.js'
import { listAgencyIds, nameOfAgencyIn } from '../../work/matters/kinds.js'
import { findKeeper } from '../../work/worklist/keepers.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const LISTED_MOST = 1_000
const HOUR_MS = 3_600_000

type StoredAccount = { id: string; agency: string | null; region: string | null } & Pick<
  ConfirmationState,
  'pendingChanges'
>

const accountView = <T extends StoredAccount>({ id, pendingChanges, ...rest }: T) => ({
  ...{ name: id, ...rest },
  agencyName: (_: unknown, { parts, today }: GraphqlContext) => nameOfAgencyIn(parts.agencies, rest, today),
  pendingChanges: Object.entries(pendingChanges).map(([change, by]) => ({ change, by })),
})

const listClients = async (_: unknown, __: unknown, { parts, now }: GraphqlContext) =>
  (await clients.listClients(parts.db, now, LISTED_MOST)).map(accountView)

const personView = (person: people.PersonSummary, now: Date) => ({
  ...accountView(person),
  asleep: person.endedAt === null && isAsleep(person.awakeAt, signInTermsAt(now), now),
})

const listPeople = async (_: unknown, __: unknown, { parts, now }: GraphqlContext) =>
  (await people.listPeople(parts.db, LISTED_MOST)).map((person) => personView(person, now))

interface RegisterInput {
  name: string
  role: Role
  duty?: AdministratorDuty | null
  agency?: string | null
  region?: string | null
}

const givenIn = (input: RegisterInput): peopleWork.PersonInput => {
  const { name, role, duty, agency, region } = refuseUnstorableText(input)
  return { name, role, ...(duty ? { duty } : {}), ...(agency ? { agency } : {}), ...(region ? { region } : {}) }
}

const changeOf = ({ viewer, now }: GraphqlContext) => ({ by: viewer.sub ?? '', byCommand: false, now })

const agencyIds = ({ parts }: GraphqlContext): string[] => listAgencyIds(parts.agencies)

const addClient = async (_: unknown, { input }: { input: RegisterInput }, context: GraphqlContext) => {
  const made = await clientWork.registerClient(context.parts.db, givenIn(input), agencyIds(context), changeOf(context))
  return { secret: made.client_secret, client: () => clientNamed(context, made.client_id) }
}

interface RotateClientInput {
  name: string
  overlapHours?: number | null
  leaked?: boolean | null
}

const rotateClient = async (_: unknown, args: RotateClientInput, context: GraphqlContext) => {
  const { name } = refuseUnstorableText({ name: args.name })
  const made = await clientWork.rotateSecretWithOverlap(context.parts.db, name, {
    ...changeOf(context),
    clock: context.parts.now,
    ...(args.overlapHours == null ? {} : { overlapMs: args.overlapHours * HOUR_MS }),
    leaked: args.leaked ?? false,
  })
  return { secret: made.client_secret, client: () => clientNamed(context, name) }
}

const endClient = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  notOneself(context, name)
  await clientWork.endClient(context.parts.db, name, context.now, context.parts.now)
  return clientNamed(context, name)
}

const addPerson = async (_: unknown, { input }: { input: RegisterInput }, context: GraphqlContext) => {
  return issued(
    context,
    await peopleWork.registerPerson(context.parts.db, givenIn(input), agencyIds(context), changeOf(context)),
  )
}

const resetPerson = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  return issued(context, await peopleWork.resetPassword(context.parts.db, name, changeOf(context)))
}

const issued = (context: GraphqlContext, { name, one_time_password, good_until }: peopleWork.PersonCredentials) => ({
  oneTimePassword: one_time_password,
  goodUntil: new Date(good_until),
  person: () => personNamed(context, name),
})

const resetSecondFactor = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  await peopleWork.resetSecondFactor(context.parts.db, name, changeOf(context))
  return personNamed(context, name)
}

const wakePerson = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  await peopleWork.wakePerson(context.parts.db, name, changeOf(context))
  return personNamed(context, name)
}

const endPerson = async (_: unknown, args: { name: string; handOverTo?: string | null }, context: GraphqlContext) => {
  const { name, handOverTo = null } = refuseUnstorableText(args)
  notOneself(context, name)
  const { db } = context.parts
  const to = handOverTo === null ? null : (await findKeeper(db, handOverTo)).name
  if (to !== null && isSamePerson(to, name)) throw new Refusal('KEEPER_UNFIT', { name: to })
  await peopleWork.endPerson(db, name, context.now, { by: context.viewer.sub ?? '', to })
  return personNamed(context, name)
}

interface ConfirmAccountInput {
  name: string
  pendingSince: Date
}

const confirmIn =
  <V>(table: AccountTable, named: (context: GraphqlContext, name: string) => Promise<V>) =>
  async (_: unknown, args: ConfirmAccountInput, context: GraphqlContext): Promise<V> => {
    const { name } = refuseUnstorableText({ name: args.name })
    const { parts, viewer, now } = context
    const { pendingSince } = args
    await confirmAccount(parts.db, { table, name, pendingSince, by: viewer.sub ?? '', now })
    return named(context, name)
  }

/** Keeps the last administrator from locking himself out. */
const notOneself = ({ viewer }: GraphqlContext, name: string): void => {
  if (isSamePerson(viewer.sub ?? '', name)) throw new Refusal('OWN_ACCESS')
}

const clientNamed = async ({ parts, now }: GraphqlContext, name: string) => {
  const found = (await clients.listClients(parts.db, now, LISTED_MOST, name))[0]
  if (found === undefined) throw new Refusal('CLIENT_UNKNOWN', { name })
  return accountView(found)
}

const personNamed = async ({ parts, now }: GraphqlContext, name: string) => {
  const found = (await people.listPeople(parts.db, LISTED_MOST, name))[0]
  if (found === undefined) throw new Refusal('PERSON_UNKNOWN', { name })
  return personView(found, now)
}

export const administrationResolvers = {
  Query: { clients: listClients, people: listPeople },
  Mutation: {
    addClient,
    rotateClient,
    confirmClient: confirmIn('clients', clientNamed),
    endClient,
    addPerson,
    resetPerson,
    resetSecondFactor,
    wakePerson,
    confirmPerson: confirmIn('people', personNamed),
    endPerson,
  },
}
