/** Operators, an entry, scores and a client of each role, about which the access soak asks. */
import { CLIENT_ROLES, type Role } from '../../../src/domain/access/viewer.js'
import { publishListing } from '../../api/listed-world.js'
import { penalty, registration, uscc } from '../../api/record-drafts.js'
import { NOW, operatorId, seenOutside, type World } from '../../api/world.js'
import { confirmedClient } from '../../support/accounts.js'

const OPERATORS = 60

export interface AccessScene {
  secrets: Map<Role, { id: string; secret: string }>
  codes: string[]
  entry: string
  score: number
}

export const furnish = async (world: World): Promise<AccessScene> => {
  const { db } = world.database
  const codes = Array.from({ length: OPERATORS }, (_, i) => uscc(i + 1))
  await world.bring(
    'registry',
    codes.map((code, i) => registration(code, `虚构长跑第${i}号有限公司`)),
  )
  await world.bring(
    'penalties',
    codes.slice(0, 20).map((code, i) => penalty(code, `虚罚〔2026〕${i}号`)),
  )
  await publishListing(world, codes[0] ?? '', '虚罚〔2026〕0号')
  await world.parts.rescore(await Promise.all(codes.slice(0, 20).map((code) => operatorId(world, code))))
  await seenOutside(world, codes.slice(0, 10))
  await world.publish()
  const secrets = new Map<Role, { id: string; secret: string }>()
  for (const role of CLIENT_ROLES) {
    const made = await confirmedClient(db, { name: role, role }, [], NOW)
    secrets.set(role, { id: made.client_id, secret: made.client_secret })
  }
  const entry = (await db('public_entries').first('listing_id')).listing_id
  return { secrets, codes, entry, score: (await db('scores').first('id')).id }
}
