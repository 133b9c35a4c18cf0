/** All listings at a glance. */
import { may } from '../../domain/viewer.js'
import * as board from '../../store/board.js'
import type { Context } from '../context.js'
import { allow } from '../viewer.js'

export const boards = {
  Query: {
    listingCounts: (_: unknown, __: unknown, { viewer, parts }: Context) => {
      allow(viewer, 'see_moves')
      return board.counts(parts.db, { ended: may(viewer, 'see_removed') })
    },
  },
}
