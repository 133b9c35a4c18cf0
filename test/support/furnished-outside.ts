/** The world holds what a marketplace, a courier and the public sent, and a corrected month of figures. Every name is invented. */
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import { sendClue } from '../../src/work/matters/clues.js'
import { freezeMonth } from '../../src/work/matters/figures.js'
import { openMatter } from '../../src/work/matters/matters.js'
import { makeTakedownWork } from '../../src/work/matters/takedowns.js'
import { systemOf } from './desk.js'
import type { TestHub } from './hub.js'
import { makeHistories, storeHistories } from './matter-histories.js'
import { SAMPLE_JPEG } from './sample-papers.js'

const DESK = 'market-regulator@220000'
const MALL = '虚构集市'
const CLUE = '1d0c7a52-4e0f-4b7e-9a55-6f1f0f8a2b13'

/** Returns the receipt code of a clue; of the takedowns, both are of the listed firm. */
export const fillOutside = async (hub: TestHub['hub'], listing: string): Promise<string> => {
  const { db, rules, keys, now } = hub
  const parts = { db, rules, keys }
  for (const role of ['marketplace', 'partner'] as const) {
    const clue = { source: 'REFUSAL', facts: '虚构：收寄时发现标注虚构商标的包裹' }
    await openMatter(parts, { by: role, role, seat: systemOf(role) }, { kind: 'clue', to: DESK, fields: clue }, now())
  }
  const { uscc } = await db('operators as o')
    .join('listings as l', 'l.operator_id', 'o.id')
    .where('l.id', listing)
    .first('o.uscc')
  const today = shanghaiDate(now())
  const take = makeTakedownWork('takedown')
  const who = { by: MALL, role: 'marketplace', seat: MALL } as const
  const notice = { code: uscc, ground: 'INFRINGEMENT', category: 'COUNTERFEIT', source: 'NOTICE', measure: 'REMOVED' }
  const row = { ...notice, subject: '虚构商标口红（商品编号 6001）', basis: '电子商务法第四十二条' }
  const declaration = { text: '虚构：已获授权', on: addDays(today, -4), reachedOn: addDays(today, -2) }
  await take({ ...parts, who, now }, { ...row, reference: '虚构通知一号', on: addDays(today, -14), declaration })
  await take({ ...parts, who, now }, { ...row, reference: '虚构通知二号', on: addDays(today, -1) })
  const fields = { shop: '虚构小店（虚构平台）', facts: '虚构：直播间低价销售标注虚构商标的茶叶' }
  const contact = { name: '虚构热心人', contact: '虚构号码' }
  await fillFigures(hub)
  return sendClue(parts, { reference: CLUE, fields, contact, pictures: [SAMPLE_JPEG] }, now())
}

const FIGURES_MONTH = '2026-05'

/** Two issues of a month, of histories that are in no queue. */
const fillFigures = async (hub: TestHub['hub']): Promise<void> => {
  const { db, rules, now } = hub
  for (const [salt, count] of [
    ['F', 600],
    ['G', 20],
  ] as const) {
    await storeHistories(db as never, makeHistories(count, count), salt)
    await freezeMonth(db, rules, FIGURES_MONTH, now())
  }
  await db.raw(`with gone as (delete from matter_moves where matter_id in (select id from matters where number ~ '^虚[FG]'))
    delete from matters where number ~ '^虚[FG]'`)
}
