import * as store from '../../store/access/lockouts.js'
import * as work from '../../work/access/lockouts.js'
import type { GraphqlContext } from '../request/context.js'
import { refuseUnstorableText } from '../request/limits.js'

const lockoutView = ({ lockedUntil, ...one }: store.StoredLockout) => ({ ...one, until: lockedUntil })

const liftLockout = async (
  _: unknown,
  args: { kind: store.StoredLockout['kind']; name: string },
  context: GraphqlContext,
) => {
  const { db, log } = context.parts
  const lifted = await work.liftLockouts(db, { ...refuseUnstorableText(args), now: context.now, log })
  return lifted.map(lockoutView)
}

export const lockoutResolvers = {
  Query: {
    lockouts: async (_: unknown, __: unknown, context: GraphqlContext) =>
      (await store.listLocked(context.parts.db, context.now)).map(lockoutView),
  },
  Mutation: { liftLockout },
}
