import type { Role } from '../../../src/domain/access/viewer.js'
import { NOW, type World } from '../world.js'

export type TokenMaker = (sub: string, role: Role, agency?: string | null, region?: string | null) => string

/** Tokens of people and clients in matters; those of organisations name their agency and region. */
export const makeTokens =
  (world: () => World, now = () => NOW): TokenMaker =>
  (sub, role, agency = null, region = null) =>
    world().keys.sign({ sub, role, agency, region }, now().getTime()).token

/** A seat is that of an organisation, such as `police@220100`, or the id of a partner. */
export const tokenOfSeat = (token: TokenMaker, seat: string, sub = seat.replace('@', ' ')): string => {
  const [agency = '', region = ''] = seat.split('@')
  return region === '' ? token(seat, 'partner') : token(sub, 'agency', agency, region)
}
