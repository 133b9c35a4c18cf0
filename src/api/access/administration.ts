/** A secret or one-time password appears only in the answer that creates it. */
import type { AdministratorDuty } from '../../domain/access/accounts.js'
import { isSamePerson, type Role } from '../../domain/access/viewer.js'
import { Refusal } from '../../foundation/errors.js'
import * as clients from '../../store/access/clients.js'
import type { AccountTable } from '../../store/access/confirmations.js'
import * as people from '../../store/access/people.js'
import * as clientWork from '../../work/access/clients.js'
import { confirmAccount } from '../../work/access/confirm-account.js'
import * as peopleWork from '../../work/access/people.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const LISTED_MOST = 1_000
const HOUR_MS = 3_600_000

const clientView = ({ id, ...rest }: clients.ClientSummary) => ({ name: id, ...rest })
const personView = ({ id, ...rest }: people.PersonSummary) => ({ name: id, ...rest })

const listClients = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const found = await clients.list(context.parts.db, context.now, LISTED_MOST)
  return found.map(clientView)
}

const listPeople = async (_: unknown, __: unknown, context: GraphqlContext) => {
  const found = await people.list(context.parts.db, LISTED_MOST)
  return found.map(personView)
}

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

const agencyIds = ({ parts }: GraphqlContext): string[] => parts.agencies.map(({ id }) => id)

const addClient = async (_: unknown, { input }: { input: RegisterInput }, context: GraphqlContext) => {
  const made = await clientWork.add(context.parts.db, givenIn(input), agencyIds(context), changeOf(context))
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
    ...(args.overlapHours == null ? {} : { overlapMs: args.overlapHours * HOUR_MS }),
    leaked: args.leaked ?? false,
  })
  return { secret: made.client_secret, client: () => clientNamed(context, name) }
}

const endClient = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  notOneself(context, name)
  await clientWork.end(context.parts.db, name, context.now)
  return clientNamed(context, name)
}

const addPerson = async (_: unknown, { input }: { input: RegisterInput }, context: GraphqlContext) => {
  return issued(context, await peopleWork.add(context.parts.db, givenIn(input), agencyIds(context), changeOf(context)))
}

const resetPerson = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  return issued(
    context,
    await peopleWork.resetPassword(context.parts.db, refuseUnstorableText(args).name, changeOf(context)),
  )
}

const issued = (context: GraphqlContext, { name, one_time_password, good_until }: peopleWork.PersonCredentials) => ({
  oneTimePassword: one_time_password,
  goodUntil: new Date(good_until),
  person: () => personNamed(context, name),
})

const endPerson = async (_: unknown, args: { name: string }, context: GraphqlContext) => {
  const { name } = refuseUnstorableText(args)
  notOneself(context, name)
  await peopleWork.end(context.parts.db, name, context.now)
  return personNamed(context, name)
}

interface ConfirmAccountInput {
  name: string
  pendingSince: Date
}

const confirming = (
  table: AccountTable,
  args: ConfirmAccountInput,
  { parts, viewer, now }: GraphqlContext,
): Promise<void> => {
  const { name } = refuseUnstorableText({ name: args.name })
  return confirmAccount(parts.db, { table, name, pendingSince: args.pendingSince, by: viewer.sub ?? '', now })
}

const confirmPerson = async (_: unknown, args: ConfirmAccountInput, context: GraphqlContext) => {
  await confirming('people', args, context)
  return personNamed(context, args.name)
}

const confirmClient = async (_: unknown, args: ConfirmAccountInput, context: GraphqlContext) => {
  await confirming('clients', args, context)
  return clientNamed(context, args.name)
}

/** Keeps the last administrator from locking himself out. */
const notOneself = ({ viewer }: GraphqlContext, name: string): void => {
  if (isSamePerson(viewer.sub ?? '', name)) throw new Refusal('OWN_ACCESS')
}

const clientNamed = async ({ parts, now }: GraphqlContext, name: string) => {
  const found = (await clients.list(parts.db, now, LISTED_MOST, name))[0]
  if (found === undefined) throw new Refusal('CLIENT_UNKNOWN', { name })
  return clientView(found)
}

const personNamed = async ({ parts }: GraphqlContext, name: string) => {
  const found = (await people.list(parts.db, LISTED_MOST, name))[0]
  if (found === undefined) throw new Refusal('PERSON_UNKNOWN', { name })
  return personView(found)
}

export const administrationResolvers = {
  Query: { clients: listClients, people: listPeople },
  Mutation: { addClient, rotateClient, confirmClient, endClient, addPerson, resetPerson, confirmPerson, endPerson },
}
