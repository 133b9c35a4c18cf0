/** A matter of every kind, and the figures of last month. Every name is invented. */
import { hash } from 'node:crypto'
import { CHANNEL_SEAT } from '../../src/domain/matters/seats.js'
import { addDays, shanghaiDate } from '../../src/foundation/time/dates.js'
import { sendClue } from '../../src/work/matters/clues.js'
import { freezeMonth } from '../../src/work/matters/figures.js'
import { receiveMatters } from '../../src/work/matters/keep-move.js'
import { type MatterOpening, type MatterPerson, moveMatter, openMatter } from '../../src/work/matters/matters.js'
import { confirmedClient } from './accounts.js'
import type { TestHub } from './hub.js'

const [DESK, COUNTY, NEIGHBOUR] = ['market-regulator@220000', 'market-regulator@220104', 'market-regulator@210000']
const COURIER = '虚构快递'
const OFFICER: MatterPerson = { by: 'officer', role: 'officer', seat: DESK }
const BUREAU: MatterPerson = { by: '虚构南关局', role: 'agency', seat: COUNTY }
const ASKER: MatterPerson = { by: '虚构辽宁', role: 'agency', seat: NEIGHBOUR }
const PARTNER: MatterPerson = { by: COURIER, role: 'partner', seat: COURIER }
const CHANNEL: MatterPerson = { by: 'feed', role: 'public', seat: CHANNEL_SEAT }
/** Days since a month that has ended. */
const MONTH_DAYS = 32

const paper = (type: string, name: string) => ({ type, name, sha256: hash('sha256', name), bytes: 2_048 })
const letter = paper('LETTER', '协查函.pdf')
const request = { purpose: 'EVIDENCE', request: '虚构：请协助核实进货票据' }

const openingsOf = (today: string): readonly [MatterPerson, MatterOpening][] => [
  [OFFICER, { kind: 'assist', to: NEIGHBOUR, fields: request, attachments: [letter] }],
  [ASKER, { kind: 'assist', to: DESK, fields: request, attachments: [letter] }],
  [
    BUREAU,
    { kind: 'clue', to: DESK, fields: { source: 'PATROL', facts: '虚构：店铺疑似销售假冒商品', shop: '虚构小店' } },
  ],
  [PARTNER, { kind: 'clue', to: DESK, fields: { source: 'REFUSAL', facts: '虚构：收寄时发现一批假冒商标的包裹' } }],
  [OFFICER, { kind: 'check', to: COUNTY, fields: { commitment: '虚构：停止销售并召回' }, day: addDays(today, 90) }],
  [
    BUREAU,
    {
      kind: 'transfer',
      to: DESK,
      fields: { purpose: 'JURISDICTION', facts: '虚构：当事人住所地在外地' },
      attachments: [letter],
    },
  ],
  [
    OFFICER,
    { kind: 'directive', to: COURIER, fields: { sort: 'REMINDER', request: '虚构：停止收寄' }, attachments: [letter] },
  ],
  [
    OFFICER,
    {
      ...{ kind: 'interview', to: COURIER, fields: { ground: 'PLATFORM_DUTY', topic: '虚构：平台责任' } },
      ...{ attachments: [paper('NOTICE', '约谈通知书.pdf')], day: addDays(today, 7) },
    },
  ],
  [
    OFFICER,
    {
      ...{ kind: 'referral', to: 'police@220100', copied: ['procuratorate@220100'] },
      fields: { sort: 'ORDINARY', facts: '虚构：销售假冒注册商标的商品' },
    },
  ],
  [CHANNEL, { kind: 'petition', to: DESK, fields: { type: 'REPORT', facts: '虚构：商品与描述不符' } }],
  [CHANNEL, { kind: 'petition', to: DESK, fields: { type: 'COMPLAINT', facts: '虚构：拒不退款' } }],
  [PARTNER, { kind: 'takedown', to: COURIER, fields: { ground: 'INFRINGEMENT', subject: '虚构商标口红' } }],
]

const CLUE = {
  fields: { shop: '虚构小店', facts: '虚构：直播间销售假冒茶叶', seen_at: '虚构直播间', brand: '虚构松云' },
  contact: { name: '虚构热心人', contact: '虚构号码 0000' },
  pictures: [],
}

/** Like clues of the public by two people; the first leaves a contact. */
const sendClues = async ({ db, rules, keys }: TestHub['hub'], now: Date): Promise<void> => {
  await sendClue({ db, rules, keys }, { reference: '1d0c7a52-4e0f-4b7e-9a55-6f1f0f8a2b11', ...CLUE }, now)
  const nobody = { name: '', contact: '' }
  await sendClue(
    { db, rules, keys },
    { reference: '1d0c7a52-4e0f-4b7e-9a55-6f1f0f8a2b12', ...CLUE, contact: nobody },
    now,
  )
}

export const fillMatters = async (hub: TestHub['hub']): Promise<void> => {
  const { db, rules, keys } = hub
  const parts = { db, rules, keys }
  const now = hub.now()
  const today = shanghaiDate(now)
  await confirmedClient(db, { name: COURIER, role: 'partner' }, [], now)
  for (const [place, [who, opening]] of openingsOf(today).entries()) {
    const sent = { reference: `虚市监〔2026〕${place + 1}号`, ...opening }
    const { stored } = await openMatter(parts, who, sent, now)
    await receiveMatters(parts, { seat: opening.to, ids: [stored.id], way: 'QUEUE', now })
  }
  await sendClues(hub, now)
  await fillLastMonth(hub)
}

/** Two matters of last month, answered and not, in its frozen figures. */
const fillLastMonth = async ({ db, rules, keys, now }: TestHub['hub']): Promise<void> => {
  const parts = { db, rules, keys }
  const then = new Date(now().getTime() - MONTH_DAYS * 86_400_000)
  for (const n of [1, 2]) {
    const opening = { kind: 'assist', to: DESK, fields: request, attachments: [letter], reference: `虚构旧函${n}号` }
    const { stored } = await openMatter(parts, ASKER, opening, then)
    await receiveMatters(parts, { seat: DESK, ids: [stored.id], way: 'QUEUE', now: then })
    const answer = { id: stored.id, move: 'answer', attachments: [paper('REPLY', '复函.pdf')] }
    if (n === 1) await moveMatter(parts, OFFICER, answer, then)
  }
  await freezeMonth(db, rules, shanghaiDate(then).slice(0, 7), now())
}
