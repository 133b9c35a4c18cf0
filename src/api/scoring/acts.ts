import type { Act } from '../../domain/access/viewer.js'
import { Refusal, type RefusalCode } from '../../foundation/errors.js'
import type { ActorAndTime } from '../../work/access/acts.js'
import { type GraphqlContext, renewLoaders } from '../request/context.js'
import { type NodeType, readNumberInGlobalId } from '../request/ids.js'
import { refuseUnstorableText } from '../request/limits.js'
import { isInViewersRegion, NO_ID } from '../request/viewer.js'

export const performAct = async <I, R, V>(
  context: GraphqlContext,
  viewOf: (context: GraphqlContext, result: R) => V,
  input: I,
  act: (parts: GraphqlContext['parts'], input: I, who: ActorAndTime) => Promise<R>,
): Promise<V> => {
  const who = { by: context.viewer.sub ?? '', now: context.now }
  const result = await act(context.parts, refuseUnstorableText(input), who)
  renewLoaders(context)
  return viewOf(context, result)
}

/** NO_ID for an object outside the viewer's region. Throws `unknown` for an id of another type. */
export const findNumberInRegion = async (
  context: GraphqlContext,
  act: Act,
  { id, type, unknown }: { id: string; type: NodeType; unknown: RefusalCode },
  readObject: (number: number) => Promise<{ operatorId: number } | null>,
): Promise<number> => {
  const number = readNumberInGlobalId(id, type)
  if (number === null) throw new Refusal(unknown)
  const isTheirs = await isInViewersRegion(context, act, async () => (await readObject(number))?.operatorId)
  return isTheirs ? number : NO_ID
}
