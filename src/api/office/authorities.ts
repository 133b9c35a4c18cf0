import type { AuthorityData } from '../../domain/office/authorities.js'
import * as store from '../../store/office/authorities.js'
import * as work from '../../work/office/authorities.js'
import type { GraphqlContext } from '../request/context.js'
import { parseWholeNumber } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'

const AUTHORITIES_MOST = 200

const authorities = async (_: unknown, __: unknown, { parts: { db } }: GraphqlContext) => {
  const [statements, ofCases] = await Promise.all([
    store.listStatements(db),
    store.listAuthoritiesOfCases(db, AUTHORITIES_MOST),
  ])
  const names = [...new Set([...statements.map(({ name }) => name), ...ofCases])]
  return names.map((name) => ({
    name,
    held: statements.find((one) => one.name === name && one.state === 'IN_FORCE') ?? null,
    waiting: statements.find((one) => one.name === name && one.state === 'PROPOSED') ?? null,
    hasCases: ofCases.includes(name),
  }))
}

type AuthorityInput = Omit<AuthorityData, 'contact' | 'fineBank'> & {
  contact?: string | null
  fineBank?: string | null
}

const stateAuthority = (_: unknown, { input }: { input: AuthorityInput }, context: GraphqlContext) => {
  const { contact = null, fineBank = null, ...data } = refuseUnstorableText(input)
  const by = context.viewer.sub ?? ''
  return work.stateAuthority(context.parts.db, { ...data, contact, fineBank, by, now: context.now })
}

interface DecisionInput extends Pick<work.AuthorityDecisionInput, 'verdict'> {
  id: string
  note?: string | null
}

const decideAuthority = (_: unknown, { input }: { input: DecisionInput }, context: GraphqlContext) => {
  const { id, verdict, note = null } = refuseUnstorableText(input)
  const { db, rules } = context.parts
  const made = { id: parseWholeNumber(id) ?? 0, verdict, note, by: context.viewer.sub ?? '', now: context.now }
  return work.decideAuthority(db, rules.pseudonymOf, made)
}

export const authorityResolvers = {
  Query: { authorities },
  Mutation: { stateAuthority, decideAuthority },
}
