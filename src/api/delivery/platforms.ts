import { regionBoundOf } from '../../domain/access/viewer.js'
import * as deliveries from '../../store/delivery/deliveries.js'
import * as desk from '../../store/delivery/delivery-desk.js'
import * as states from '../../store/delivery/platform-states.js'
import * as work from '../../work/delivery/platforms.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'
import { codeAdviceOf, getSubOfViewer } from './deliveries.js'

const ACTS_MOST = 20
const NOTHING_OPEN = { outstanding: 0, refused: 0 }

const views = async (context: GraphqlContext) => {
  const { db, office, rules } = context.parts
  const sight = regionBoundOf(context.viewer)
  const configured = office.configured().platforms
  const [backlog, inRegion, oldest, refused, kept, acts] = await Promise.all([
    deliveries.countByPlatform(db),
    sight === null ? null : deliveries.countOpenInRegion(db, sight),
    desk.readOldestOpenByPlatform(db, sight),
    desk.countRefusals(db, sight),
    states.all(db),
    states.listLatestActs(db, ACTS_MOST),
  ])
  const counts = new Map(backlog.map((row) => [row.platform, row]))
  return context.parts.platforms.map(({ id, name }) => {
    const state = kept.get(id)
    return {
      ...(counts.get(id) ?? { ...NOTHING_OPEN, confirmed: 0, lastConfirmedAt: null }),
      ...(inRegion !== null && (inRegion.get(id) ?? NOTHING_OPEN)),
      id,
      name,
      configured: configured.has(id),
      heldOnTrial: office.isHeldOnTrial(id),
      hears: rules.platforms.find((one) => one.id === id)?.kinds ?? [],
      oldestOutstandingAt: oldest.get(id) ?? null,
      refusedByCode: refused
        .filter(({ platform }) => platform === id)
        .map(({ code, count }) => ({ advice: codeAdviceOf(context, id, code), count })),
      paused: pausedBy(state?.pausedAt, state?.pausedBy, state?.pausedReason),
      wiped: pausedBy(state?.wipedAt, state?.wipedBy, state?.wipedReason),
      filledAt: state?.filledAt ?? null,
      openUntil: state?.openUntil && state.openUntil > context.now ? state.openUntil : null,
      acts: acts.filter(({ platform }) => platform === id),
    }
  })
}

const pausedBy = (at: Date | null | undefined, by: string | null | undefined, reason: string | null | undefined) =>
  at ? { at, by, reason } : null

const directed =
  (deed: typeof work.pausePlatform) =>
  async (_: unknown, args: { platform: string; reason: string }, context: GraphqlContext) => {
    const { platform, reason } = refuseUnstorableText(args)
    const { db, rules } = context.parts
    await deed(db, rules, { platform, reason, by: getSubOfViewer(context.viewer), now: context.now })
    renewLoaders(context)
    return (await views(context)).find(({ id }) => id === platform)
  }

export const platformResolvers = {
  Query: { platforms: (_: unknown, __: unknown, context: GraphqlContext) => views(context) },
  Mutation: {
    pausePlatform: directed(work.pausePlatform),
    resumePlatform: directed(work.resumePlatform),
    declareWiped: directed(work.declarePlatformWiped),
  },
}
