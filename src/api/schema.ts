/** The schema: what schema/graphql says, and who answers each field. */
import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import * as contracts from '../contracts.js'
import { RECORD_KINDS } from '../domain/records.js'
import type { Context } from './context.js'
import { numberIn, readId } from './ids.js'
import { concernById, concerns } from './nouns/concerns.js'
import { decisionById, identity, unmatchedById } from './nouns/identity.js'
import { listing, listingById } from './nouns/listing.js'
import { moves } from './nouns/moves.js'
import { operations, runById } from './nouns/operations.js'
import { operator, operatorById } from './nouns/operator.js'
import { recordById } from './nouns/record.js'
import { rejectById, rejected } from './nouns/rejects.js'
import { score } from './nouns/score.js'
import { standing } from './nouns/standing.js'
import { SCALARS } from './scalars.js'
import { signedIn } from './viewer.js'

const node = (_: unknown, { id }: { id: string }, context: Context) => {
  signedIn(context.viewer)
  const type = readId(id)?.type
  if (type === 'Listing') return listingById(context, id)
  const key = type ? numberIn(id, type) : null
  if (key === null) return null
  if (type === 'Operator') return operatorById(context, key)
  if (type === 'Concern') return concernById(context, key)
  if (type === 'Reject') return rejectById(context, key)
  if (type === 'Unmatched') return unmatchedById(context, key)
  if (type === 'IdentityDecision') return decisionById(context, key)
  return type === 'Record' ? recordById(context, key) : runById(context, key)
}

/** Words of the store in lower case are enum values in upper case. */
const upper = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word.toUpperCase(), word]))

const ENUMS = {
  RecordKind: upper(RECORD_KINDS),
  CodeScheme: upper(['uscc', 'org_code', 'reg_no', 'shop']),
  Job: upper(['seed', 'pull', 'score', 'publish', 'push', 'expire', 'takeback']),
  RunCause: upper(['timetable', 'command', 'demo', 'upload', 'person']),
}

export const makeSchema = (): GraphQLSchema => {
  const typeDefs = contracts
    .folder('graphql')
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => contracts.text(`graphql/${file}`))
  const { Query: own, ...listingFields } = listing
  return makeExecutableSchema({
    typeDefs,
    resolvers: {
      ...SCALARS,
      ...ENUMS,
      Query: {
        node,
        ...standing.Query,
        ...operator.Query,
        ...own,
        ...score.Query,
        ...operations.Query,
        ...rejected.Query,
        ...identity.Query,
        ...concerns.Query,
      },
      Mutation: { ...moves.Mutation, ...rejected.Mutation, ...identity.Mutation, ...concerns.Mutation },
      ...listingFields,
      Operator: { ...operator.Operator, ...identity.Operator },
      UnmatchedReason: identity.UnmatchedReason,
      Score: score.Score,
      Reason: score.Reason,
      Agency: operations.Agency,
      Feed: operations.Feed,
    },
    // A field described nowhere, or an answer to no field, is found at start.
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  })
}
