/** Comparisons with what platforms show, and what they have found; the deeds are work/'s. */
import type { FindingKind } from '../../domain/comparison.js'
import { redact } from '../../domain/privacy.js'
import { may } from '../../domain/viewer.js'
import { Refusal } from '../../errors.js'
import * as comparisons from '../../store/comparisons.js'
import * as store from '../../store/findings.js'
import { connection, firstOf, type PageArgs } from '../connection.js'
import { type Context, spend } from '../context.js'
import { cursorOf, globalId, numberAfter, numberIn } from '../ids.js'
import { withoutNul } from '../limits.js'
import { allow } from '../viewer.js'
import { listingById } from './listing.js'

/** Longest note, characters. */
const LONGEST_NOTE = 1_000

const findingView = (context: Context, finding: store.Finding) => {
  spend(context)
  return {
    ...finding,
    __typename: 'Finding' as const,
    number: finding.id,
    id: globalId('Finding', finding.id),
    listing: () => (finding.kind === 'listing' ? listingById(context, globalId('Listing', finding.key)) : null),
  }
}

/** Null alike for what is not there and what is not for this viewer. */
export const findingById = async (context: Context, id: number) => {
  const found = may(context.viewer, 'see_operations') ? await store.byId(context.parts.db, id) : null
  return found && findingView(context, found)
}

const comparisonPage = async (_: unknown, args: PageArgs & { platform?: string | null }, context: Context) => {
  allow(context.viewer, 'see_operations')
  const { db } = context.parts
  const platform = args.platform ?? null
  const found = await comparisons.list(db, { platform, first: firstOf(args) + 1, before: numberAfter(args.after) })
  return connection(
    found,
    args,
    ({ id }) => cursorOf(id),
    () => comparisons.count(db, platform),
  )
}

type FindingArgs = PageArgs & {
  filter?: { platform?: string | null; what?: FindingKind | null; open?: boolean | null } | null
}

const findingPage = async (_: unknown, args: FindingArgs, context: Context) => {
  allow(context.viewer, 'see_operations')
  const { db } = context.parts
  const filter = args.filter ?? {}
  const found = await store.list(db, filter, { first: firstOf(args) + 1, before: numberAfter(args.after) })
  return connection(
    found.map((one) => findingView(context, one)),
    args,
    ({ number }) => cursorOf(number),
    () => store.count(db, filter),
  )
}

const settleFinding = async (_: unknown, args: { id: string; note: string }, context: Context) => {
  allow(context.viewer, 'settle_concern')
  const { id, note: given } = withoutNul(args)
  const { db, rules } = context.parts
  const note = redact(given, rules.mark).trim()
  if (note === '' || note.length > LONGEST_NOTE)
    throw new Refusal('INPUT_INVALID', {
      reason: `说明须为 1–${LONGEST_NOTE} 个字符 the note has 1–${LONGEST_NOTE} characters`,
    })
  const by = context.viewer.sub ?? ''
  const settled = await store.settle(db, numberIn(id, 'Finding') ?? 0, { by, note, now: context.now })
  if (settled === null) throw new Refusal('FINDING_UNKNOWN')
  return findingView(context, settled)
}

export const compared = {
  Query: { comparisons: comparisonPage, findings: findingPage },
  Mutation: { settleFinding },
}
