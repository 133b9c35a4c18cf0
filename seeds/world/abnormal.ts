/** Eight entries of abnormal operation: six enterprises, two individual businesses; two ended, one revoked. */
import { at, chance } from './chance.js'
import { inCrowd } from './operators.js'
import { authorityOf } from './places.js'
import type { WorldAbnormal, WorldOperator, WorldPenalty } from './types.js'

interface AbnormalStory {
  kind: 'enterprise' | 'individual'
  causeCode: string
  cause: string
  listedOn: string
  removal: WorldAbnormal['removal']
}

const REPORT = { causeCode: '1', cause: '未依照《企业信息公示暂行条例》第八条规定的期限公示年度报告' }
const ADDRESS = { causeCode: '4', cause: '通过登记的住所或者经营场所无法联系' }
const STORIES: readonly AbnormalStory[] = [
  { kind: 'enterprise', ...REPORT, listedOn: '2025-07-08', removal: null },
  { kind: 'enterprise', ...REPORT, listedOn: '2026-07-07', removal: null },
  { kind: 'enterprise', ...ADDRESS, listedOn: '2026-03-19', removal: null },
  {
    kind: 'enterprise',
    ...REPORT,
    listedOn: '2024-07-09',
    removal: { on: '2024-10-21', reasonCode: '1', reason: '已补报未报年份的年度报告并公示', revoked: false },
  },
  {
    kind: 'enterprise',
    ...ADDRESS,
    listedOn: '2025-02-20',
    removal: { on: '2025-05-06', reasonCode: '4', reason: '依法办理住所变更登记，申请移出', revoked: false },
  },
  {
    kind: 'enterprise',
    ...ADDRESS,
    listedOn: '2026-05-13',
    removal: { on: '2026-06-02', reasonCode: '9', reason: '列入所依据的核查有误', revoked: true },
  },
  { kind: 'individual', causeCode: '1', cause: '未按规定报送年度报告', listedOn: '2026-07-14', removal: null },
  { kind: 'individual', causeCode: '3', cause: '经营场所无法联系', listedOn: '2026-08-27', removal: null },
]

/** Chooses only operators without penalties, so that the effect of the entry on a score can be seen alone. */
export const abnormalEntries = (
  operators: readonly WorldOperator[],
  penalties: readonly WorldPenalty[],
): WorldAbnormal[] => {
  const luck = chance('abnormal')
  const penalised = new Set(penalties.map((one) => one.partyUscc))
  const free = luck.shuffled(
    operators.filter(
      (one, i) => one.status === 'ACTIVE' && inCrowd(i) && one.establishedOn < '2023-06-01' && !penalised.has(one.uscc),
    ),
  )
  const taken = { enterprise: 0, individual: 0 }
  return STORIES.map(({ kind, ...story }) => {
    const party = at(
      free.filter((one) => one.kind === kind),
      taken[kind],
    )
    taken[kind] += 1
    return {
      ...story,
      uscc: party.code,
      regNo: party.regNo,
      name: party.name,
      authority: authorityOf(party.region).name,
      authorityRegion: party.region,
    }
  })
}
