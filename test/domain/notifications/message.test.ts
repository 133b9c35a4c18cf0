import { expect } from 'chai'
import fc from 'fast-check'
import { findMailAddressFault, findRobotFault } from '../../../src/domain/notifications/addresses.js'
import { kindsOfferedTo, NOTIFICATION_KINDS, receivesOccasion } from '../../../src/domain/notifications/kinds.js'
import { composeMessage, nameParty, numberOfMessage } from '../../../src/domain/notifications/message.js'

const frame = { publicUrl: 'https://hub.test', isDigest: false, robot: null }
const WECOM_BYTES_MOST = 2_048
const line = (n: number) => ({
  kind: NOTIFICATION_KINDS[n % 6] ?? 'WAITING',
  text: `第${n}项：长春虚构商贸有限公司`,
  path: `/desk/${n}`,
})

describe('the text of a notification', () => {
  it('counts each kind in its subject, groups its lines, and leads to the desk', () => {
    const { subject, body } = composeMessage([line(0), line(1), line(6)], frame)
    expect(subject).to.equal('【信用枢纽】办理期限 2 项、信用平台异常 1 项')
    expect(body).to.match(
      /■ 办理期限\n1\. 第0项.*\n {3}https:\/\/hub\.test\/desk\/0\n2\. 第6项[\s\S]*■ 信用平台异常\n1\. 第1项/,
    )
    expect(composeMessage([line(0)], { ...frame, isDigest: true }).subject).to.match(/^【信用枢纽】每日汇总：/)
  })

  it('says how many lines did not fit, and never exceeds what a robot takes', () => {
    const many = Array.from({ length: 500 }, (_, n) => line(n))
    expect(composeMessage(many, frame).body).to.include('另有 460 项')
    for (const count of [1, 7, 30, 500]) {
      const { body } = composeMessage(many.slice(0, count), {
        ...frame,
        robot: { form: 'WECOM', number: numberOfMessage('<notification-0a1b2c3d-0000@hub.test>') },
      })
      expect(body).to.match(/消息编号 0A1B2C3D（编号相同的为同一条）$/)
      expect(Buffer.byteLength(body)).to.be.at.most(WECOM_BYTES_MOST)
      const shown = body.match(/^\d+\. /gm)?.length ?? 0
      expect(body.includes('已在此截断')).to.equal(shown < count)
      expect(shown + Number(/另有 (\d+) 项/.exec(body)?.[1] ?? 0)).to.equal(count)
    }
  })

  it('names an enterprise on one line, and nobody else, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 2, maxLength: 80 }), (name) => {
        for (const kind of ['INDIVIDUAL', 'SHOP', 'COOPERATIVE', 'OTHER', '']) {
          const told = nameParty({ kind, name })
          expect(['某个体工商户', '某经营者']).to.include(told)
        }
        expect(nameParty({ kind: 'ENTERPRISE', name })).to.not.match(/[\r\n\p{C}]/u)
      }),
    )
    expect(nameParty({ kind: 'ENTERPRISE', name: '长春虚构商贸有限公司' })).to.equal('长春虚构商贸有限公司')
    expect(nameParty({ kind: 'ENTERPRISE', name: null })).to.equal('某经营者')
  })
})

describe('addresses of recipients', () => {
  it('are one plain mail address, so that no header or second recipient can be added', () => {
    for (const good of ['a@b.cn', 'zhang.san+hub@mail.jl.gov.cn'])
      expect(findMailAddressFault(good), good).to.equal(null)
    const bad = [
      '',
      'a',
      'a@b',
      'a@b.cn, c@d.cn',
      'a@b.cn\r\nBcc: c@d.cn',
      '<a@b.cn>',
      '"a b"@c.cn',
      'a@b.cn ',
      'a b@c.cn',
    ]
    const more = ['名@b.cn', 'a@-b.cn', 'a..b@c.cn', `${'a'.repeat(65)}@b.cn`, 'a@b.cn\n', '22010219800101003X@b.cn']
    for (const each of [...bad, ...more]) expect(findMailAddressFault(each), each).to.be.a('string')
  })

  it('messages of robots hold no credentials, and DingTalk signs', () => {
    const url = 'https://oapi.dingtalk.com/robot/send?access_token=x'
    expect(findRobotFault('DINGTALK', url, 'SECx')).to.equal(null)
    expect(findRobotFault('DINGTALK', url, null)).to.be.a('string')
    expect(findRobotFault('WECOM', 'https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=x', null)).to.equal(null)
    for (const each of ['ftp://a.cn', 'https://u:p@a.cn', 'https://a.cn#x', 'a.cn', 'file:///etc/passwd'])
      expect(findRobotFault('WECOM', each, null), each).to.be.a('string')
  })
})

const FEED_ROLES = ['officer', 'administrator', 'agency']
const OWN_FEED = (agency: string) => ({
  kind: 'FEED',
  roles: FEED_ROLES,
  act: 'see_operations',
  region: null,
  notBy: null,
  agency,
})
const OBJECTION = { kind: 'OBJECTION', roles: ['officer'], act: 'see_objections' }
const PLATFORM = {
  kind: 'PLATFORM',
  roles: ['officer', 'administrator'],
  act: 'direct_platform',
  region: null,
  notBy: null,
}

describe('who hears an occasion', () => {
  const occasion = {
    ...{ kind: 'WAITING' as const, subject: 's', occasion: 'o', text: '', path: '', code: null, agency: null },
    ...{ roles: ['reviewer' as const], act: 'move_listing' as const, region: '220102' },
  }
  const hearer = {
    kinds: NOTIFICATION_KINDS,
    roles: ['reviewer' as const],
    person: 'reviewer-2',
    agency: null,
    region: null,
    seat: null,
  }
  const rows: [string, object, object, boolean][] = [
    ['a reviewer of the province', {}, {}, true],
    ['a reviewer of the county', { region: '220102' }, {}, true],
    ['a reviewer of the city', { region: '220100' }, {}, true],
    ['not a reviewer of another city', { region: '220200' }, {}, false],
    ['not an officer', { roles: ['officer'] }, {}, false],
    ['not a kind that was not chosen', { kinds: ['FEED'] }, {}, false],
    ['a person of the seat for which a matter waits', { seat: 'a@220100' }, { seat: 'a@220100' }, true],
    ['not a person of a seat above it', { seat: 'a@220000' }, { seat: 'a@220100' }, false],
    ['a group, by any of its roles', { roles: ['officer', 'reviewer'], person: null }, {}, true],
    ['not a bounded viewer, of an operator of no region', { region: '220100' }, { region: null }, false],
    ['an officer of the county, of an objection there', { roles: ['officer'], region: '220102' }, OBJECTION, true],
    [
      'not an officer of another county, though all may see objections',
      { roles: ['officer'], region: '220203' },
      OBJECTION,
      false,
    ],
    ['an agency, of its own feed', { roles: ['agency'], agency: 'a' }, OWN_FEED('a'), true],
    ['not an agency, of another one’s feed', { roles: ['agency'], agency: 'a' }, OWN_FEED('b'), false],
    ['not an agency without an agency', { roles: ['agency'] }, OWN_FEED('b'), false],
    ['an administrator, of a platform', { roles: ['administrator'] }, PLATFORM, true],
    ['not a bounded administrator, of a platform', { roles: ['administrator'], region: '220100' }, PLATFORM, false],
  ]
  for (const [who, as, of, hears] of rows)
    it(`${who}: ${hears}`, () => {
      expect(receivesOccasion({ ...hearer, ...as }, { ...occasion, ...of } as never)).to.equal(hears)
    })

  it('offers an auditor nothing, and an agency objections and its feeds', () => {
    expect(kindsOfferedTo('auditor')).to.deep.equal([])
    expect(kindsOfferedTo('agency')).to.deep.equal(['DEADLINE', 'FEED', 'MATTER', 'OBJECTION'])
  })
})
