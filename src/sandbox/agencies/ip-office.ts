import type { World, WorldTrademark } from '../../../seeds/world.js'
import { escapeXml } from '../../foundation/text/xml.js'
import { makeJsonAnswer, type StandInAnswer, type StandInRequest } from '../server.js'
import { cutPage, type StandInRoutes } from './stand-in.js'

const PAGE = 60
const STATES: Record<WorldTrademark['status'], string> = {
  REGISTERED: '注册',
  APPLIED: '申请中',
  INVALID: '无效',
  EXPIRED: '期满',
}

export const ipOfficeRoutes = (source: () => World): StandInRoutes => ({
  'GET /trademarks': (asked) => trademarks(source(), asked),
})

const trademarks = (world: World, { query }: StandInRequest): StandInAnswer => {
  const cut = cutPage(world.trademarks, query.get('page'), null, PAGE)
  if (cut === null) return makeJsonAnswer(400, { message: '分页参数错误 Not a page' })
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<trademarks total="${cut.total}" page="${cut.page}" pages="${Math.ceil(cut.total / PAGE)}">
${cut.items.map(element).join('')}</trademarks>
`
  return { status: 200, headers: { 'content-type': 'application/xml; charset=utf-8' }, body: Buffer.from(text) }
}

const element = (one: WorldTrademark): string => `  <trademark>
    <regNo>${one.number}</regNo>
    <intCls>${one.class}</intCls>
    <tmName>${escapeXml(one.name)}</tmName>
    <applicant>${escapeXml(one.ownerName)}</applicant>
    <uscc>${one.ownerUscc ?? ''}</uscc>
    <status>${STATES[one.status]}</status>
    <appDate>${one.appliedOn}</appDate>
    <regDate>${one.registeredOn ?? ''}</regDate>
    <endDate>${one.expiresOn ?? ''}</endDate>
    <goods>${one.goods.map((item) => `<item>${escapeXml(item)}</item>`).join('')}</goods>
  </trademark>
`
