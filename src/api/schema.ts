/** The schema: what schema/graphql says, and who answers each field. */
import { makeExecutableSchema } from '@graphql-tools/schema'
import type { GraphQLSchema } from 'graphql'
import * as contracts from '../contracts.js'
import { SUBJECT_KINDS } from '../domain/delivery.js'
import { RECORD_KINDS } from '../domain/records.js'
import { guarding } from './access.js'
import { costing } from './costs.js'
import { node } from './nodes.js'
import { administration } from './nouns/administration.js'
import { audit } from './nouns/audit.js'
import { cases } from './nouns/cases.js'
import { clocks } from './nouns/clocks.js'
import { concerns } from './nouns/concerns.js'
import { deadlines } from './nouns/deadlines.js'
import { deliveries } from './nouns/deliveries.js'
import { directory } from './nouns/directory.js'
import { document } from './nouns/document.js'
import { door } from './nouns/door.js'
import { feedMapsOf } from './nouns/feed-maps.js'
import { identity } from './nouns/identity.js'
import { listing } from './nouns/listing.js'
import { lockouts } from './nouns/lockouts.js'
import { moves } from './nouns/moves.js'
import { objection } from './nouns/objection.js'
import { openRecords } from './nouns/open-records.js'
import { operations } from './nouns/operations.js'
import { operator } from './nouns/operator.js'
import { outlook } from './nouns/outlook.js'
import { overrule } from './nouns/overrule.js'
import { platforms } from './nouns/platforms.js'
import { compared } from './nouns/reconcile.js'
import { rejected } from './nouns/rejects.js'
import { restoration } from './nouns/restoration.js'
import { restored } from './nouns/restored.js'
import { retractions } from './nouns/retractions.js'
import { ruleTables } from './nouns/rule-tables.js'
import { score } from './nouns/score.js'
import { scorecardLife } from './nouns/scorecards.js'
import { sellersOf } from './nouns/sellers.js'
import { standing } from './nouns/standing.js'
import { takeback } from './nouns/takeback.js'
import { timelinessOf } from './nouns/timeliness.js'
import { timetable } from './nouns/timetable.js'
import { trail } from './nouns/trail.js'
import { watch } from './nouns/watch.js'
import { webhooks } from './nouns/webhooks.js'
import { readable } from './readable.js'
import { SCALARS } from './scalars.js'
import { noting } from './shown.js'
import { sourced } from './sources.js'

/** Words of the store in lower case are enum values in upper case. */
const upper = (words: readonly string[]) => Object.fromEntries(words.map((word) => [word.toUpperCase(), word]))

const ENUMS = {
  RecordKind: upper(RECORD_KINDS),
  SubjectKind: upper(SUBJECT_KINDS),
  CodeScheme: upper(['uscc', 'org_code', 'reg_no', 'shop']),
  Job: upper([
    'seed',
    'pull',
    'score',
    'publish',
    'push',
    'expire',
    'takeback',
    'repair',
    'reconcile',
    'trail',
    'audit',
    'changes',
    'tidy',
  ]),
  RunCause: upper(['timetable', 'command', 'demo', 'upload', 'person']),
}

export const makeSchema = (): GraphQLSchema => {
  const typeDefs = contracts
    .folder('graphql')
    .filter((file) => file.endsWith('.graphql'))
    .map((file) => contracts.text(`graphql/${file}`))
  const { Query: own, ...listingFields } = listing
  const schema = makeExecutableSchema({
    typeDefs,
    resolvers: {
      ...SCALARS,
      ...ENUMS,
      Query: {
        node,
        ...standing.Query,
        ...watch.Query,
        ...operator.Query,
        ...directory.Query,
        ...openRecords.Query,
        ...sellersOf.Query,
        ...own,
        ...score.Query,
        ...scorecardLife.Query,
        ...operations.Query,
        ...timetable.Query,
        ...feedMapsOf.Query,
        ...rejected.Query,
        ...identity.Query,
        ...concerns.Query,
        ...takeback.Query,
        ...overrule.Query,
        ...objection.Query,
        ...door.Query,
        ...deadlines.Query,
        ...platforms.Query,
        ...deliveries.Query,
        ...retractions.Query,
        ...timelinessOf.Query,
        ...compared.Query,
        ...restored.Query,
        ...lockouts.Query,
        ...trail.Query,
        ...webhooks.Query,
        ...administration.Query,
        ...ruleTables.Query,
        ...cases.Query,
      },
      Mutation: {
        ...moves.Mutation,
        ...rejected.Mutation,
        ...identity.Mutation,
        ...concerns.Mutation,
        ...scorecardLife.Mutation,
        ...overrule.Mutation,
        ...objection.Mutation,
        ...door.Mutation,
        ...deadlines.Mutation,
        ...document.Mutation,
        ...platforms.Mutation,
        ...deliveries.Mutation,
        ...retractions.Mutation,
        ...timetable.Mutation,
        ...feedMapsOf.Mutation,
        ...compared.Mutation,
        ...restored.Mutation,
        ...sellersOf.Mutation,
        ...webhooks.Mutation,
        ...administration.Mutation,
        ...lockouts.Mutation,
      },
      ...listingFields,
      Listing: {
        ...listingFields.Listing,
        ...outlook.Listing,
        ...door.Listing,
        ...document.Listing,
        ...clocks.Listing,
      },
      Operator: {
        ...operator.Operator,
        ...identity.Operator,
        ...overrule.Operator,
        ...objection.Operator,
        ...watch.Operator,
        ...door.Operator,
        ...trail.Operator,
        ...sellersOf.Operator,
      },
      UnmatchedReason: identity.UnmatchedReason,
      Score: { ...score.Score, ...audit.Score, ...restoration.Score, ...overrule.Score, ...objection.Score },
      Reason: score.Reason,
      RestorationStep: restoration.RestorationStep,
      LastingLoss: restoration.LastingLoss,
      Agency: operations.Agency,
      Feed: { ...operations.Feed, ...feedMapsOf.Feed },
      Run: feedMapsOf.Run,
    },
    // A field described nowhere, or an answer to no field, is found at start.
    resolverValidationOptions: { requireResolversToMatchSchema: 'error' },
  })
  return readable(guarding(noting(costing(sourced(schema)))))
}
