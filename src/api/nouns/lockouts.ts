/** Who is shut out after too many failures: the alarm, for those who look after the hub. */
import * as store from '../../store/lockouts.js'
import type { Context } from '../context.js'

export const lockouts = {
  Query: {
    lockouts: async (_: unknown, __: unknown, context: Context) => {
      const shut = await store.shut(context.parts.db, context.now)
      return shut.map(({ lockedUntil, ...one }) => ({ ...one, until: lockedUntil }))
    },
  },
}
