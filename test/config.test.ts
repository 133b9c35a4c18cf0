import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { agencies } from '../src/agencies/index.js'
import { readConfig } from '../src/config.js'
import { isRefusal } from '../src/foundation/errors.js'
import { chineseHalfOf } from '../src/foundation/text/words.js'
import { listConfiguredPlatformSubjects } from '../src/hub/rules.js'
import { platforms } from '../src/platforms/index.js'

describe('PROXIES', () => {
  const rows: [string | undefined, number | null][] = [
    [undefined, 0],
    ['', 0],
    ['0', 0],
    [' 2 ', 2],
    ['-1', null],
    ['10', null],
    ['true', null],
  ]
  for (const [text, proxies] of rows) {
    it(`${JSON.stringify(text) ?? 'absent'} is ${proxies === null ? 'refused' : proxies}`, () => {
      const read = () => readConfig(text === undefined ? {} : { PROXIES: text })
      if (proxies !== null) expect(read().proxies).to.equal(proxies)
      else
        expect(read)
          .to.throw()
          .that.satisfies((error: unknown) => isRefusal(error) && error.message.includes('PROXIES'))
    })
  }
})

describe('QUOTA_PER_MINUTE', () => {
  it('is 120,000 by default, means no quota at 0, and is refused when negative', () => {
    expect(readConfig({}).quota).to.equal(120_000)
    expect([readConfig({ QUOTA_PER_MINUTE: '0' }).quota, readConfig({ QUOTA_PER_MINUTE: '90' }).quota]).to.deep.equal([
      0, 90,
    ])
    expect(faultsOf({ QUOTA_PER_MINUTE: '-1' })).to.include('QUOTA_PER_MINUTE')
  })
})

describe('FAST_ANSWERS', () => {
  it('is on by default, may be off, and is refused with any other text', () => {
    const read = (text: string) => readConfig({ FAST_ANSWERS: text }).fastAnswers
    expect([readConfig({}).fastAnswers, read('on'), read('off')]).to.deep.equal([true, true, false])
    for (const text of ['false', '0', 'OFF']) expect(faultsOf({ FAST_ANSWERS: text }), text).to.include('FAST_ANSWERS')
  })
})

describe('SMTP_URL', () => {
  const FROM = { MAIL_FROM: 'hub@jl.gov.cn' }
  it('sends no mail by default, and takes user and password, percent-encoded or beside it', () => {
    expect(readConfig({}).mail).to.equal(null)
    const read = (env: Record<string, string>) => readConfig({ ...FROM, ...env }).mail
    const sender = FROM.MAIL_FROM
    expect(read({ SMTP_URL: 'smtps://hub%40jl.cn:p%2Fw@mail.jl.cn' })).to.deep.equal({
      ...{ host: 'mail.jl.cn', port: 465, secure: true, user: 'hub@jl.cn', password: 'p/w', sender },
    })
    expect(read({ SMTP_URL: 'smtp://hub@[::1]:2525', SMTP_PASSWORD: 'secret' })).to.deep.equal({
      ...{ host: '::1', port: 2525, secure: false, user: 'hub', password: 'secret', sender },
    })
  })

  it('is refused where a % begins no escape, and the fault says how to write it', () => {
    for (const account of ['hub%zz', 'hub:geheim%', 'hub:100%geheim'])
      expect(faultsOf({ ...FROM, SMTP_URL: `smtps://${account}@mail.jl.cn` }), account)
        .to.include('SMTP_URL')
        .and.include('%25')
        .and.not.include('geheim')
  })

  it('is refused with another protocol, a query, or no sender, and no fault quotes its password', () => {
    for (const bad of ['https://mail.jl.cn', 'mail.jl.cn', 'smtp://', 'smtps://u:geheim@mail.jl.cn?tls=off'])
      expect(faultsOf({ ...FROM, SMTP_URL: bad }), bad)
        .to.include('SMTP_URL')
        .and.not.include('geheim')
    expect(faultsOf({ SMTP_URL: 'smtps://mail.jl.cn' })).to.include('MAIL_FROM')
    expect(faultsOf({ SMTP_URL: 'smtps://mail.jl.cn', MAIL_FROM: 'a@b.cn\nBcc: c@d.cn' })).to.include('MAIL_FROM')
    expect(faultsOf(FROM)).to.include('SMTP_URL')
  })
})

describe('WEBHOOK_ALLOW', () => {
  it('is empty by default, takes IPv4 and IPv6 networks, and is refused with an invalid one', () => {
    expect(readConfig({}).webhookAllow).to.deep.equal([])
    expect(readConfig({ WEBHOOK_ALLOW: ' 10.1.0.0/16, fd00::/8 ' }).webhookAllow).to.deep.equal([
      '10.1.0.0/16',
      'fd00::/8',
    ])
    for (const none of ['10.1.0.0', '10.1.0.0/33', 'host/8', '10.1.0.0/16;x'])
      expect(faultsOf({ WEBHOOK_ALLOW: none }), none).to.include('WEBHOOK_ALLOW')
  })

  it('is refused with a network wider than any private one, and the sentence says why', () => {
    for (const wide of ['0.0.0.0/0', '10.0.0.0/8,128.0.0.0/1', '::/0', 'fc00::/6'])
      expect(toldAlone({ WEBHOOK_ALLOW: wide }), wide).to.include('等于放行任意地址')
    expect(readConfig({ WEBHOOK_ALLOW: '10.0.0.0/8, fc00::/7' }).webhookAllow).to.have.length(2)
  })
})

describe('the address of an agency or a platform', () => {
  it('is refused with the forms that it may have, in Chinese alone', () => {
    expect(toldAlone({ PLATFORM_NATIONAL_URL: 'smb://host' })).to.equal(
      'PLATFORM_NATIONAL_URL 应为 http://… 或 https://… 地址',
    )
    expect(toldAlone({ AGENCY_IP_OFFICE_URL: 'host' })).to.equal(
      'AGENCY_IP_OFFICE_URL 应为 http://… 或 https://… 或 file:///… 或 postgres://… 或 postgresql://… 地址',
    )
  })
})

describe('access to the metrics', () => {
  it('is open to this machine unless PUBLIC_URL names another host, and METRICS_TOKEN has at least 16 characters', () => {
    expect(readConfig({}).metrics).to.deep.equal({ token: null, local: true })
    expect(readConfig({ PUBLIC_URL: 'https://credit.example' }).metrics.local).to.equal(false)
    expect(readConfig({ PUBLIC_URL: 'http://127.0.0.1.evil.example' }).metrics.local).to.equal(false)
    expect(readConfig({ METRICS_TOKEN: 'x'.repeat(16) }).metrics.token).to.equal('x'.repeat(16))
    expect(faultsOf({ METRICS_TOKEN: 'short' }))
      .to.include('METRICS_TOKEN')
      .and.not.include('short')
  })
})

describe('LINGER_SECONDS', () => {
  it('is 0 by default, and 60 at most', () => {
    expect([readConfig({}).lingerMs, readConfig({ LINGER_SECONDS: '5' }).lingerMs]).to.deep.equal([0, 5_000])
    for (const wrong of ['-1', '61', '1.5', 'x'])
      expect(faultsOf({ LINGER_SECONDS: wrong })).to.include('LINGER_SECONDS')
  })
})

const faultsOf = (env: Record<string, string>): string => {
  try {
    readConfig(env)
    return ''
  } catch (error) {
    if (!isRefusal(error)) throw error
    return error.message
  }
}

/** The one fault of these settings, as the desk shows it. */
const toldAlone = (env: Record<string, string>): string => chineseHalfOf(faultsOf(env).replace(/^.*mend each: /, ''))

describe('PLATFORM_…_HEARS', () => {
  const heard = (text: string) => readConfig({ PLATFORM_NATIONAL_HEARS: text }).platforms['national']?.hears

  it('is null by default, so that the platform’s own description applies', () => {
    expect(heard('')).to.equal(null)
    expect(readConfig({}).platforms['jilin']?.hears).to.equal(null)
  })

  it('takes a list of kinds, and drops repeated ones', () => {
    expect(heard(' listing, penalty ,listing')).to.deep.equal(['listing', 'penalty'])
    expect(heard('permit')).to.deep.equal(['permit'])
  })

  for (const text of ['listing,shop', 'penalty,', 'PENALTY', 'listing penalty'])
    it(`is refused as ${JSON.stringify(text)}`, () => {
      expect(faultsOf({ PLATFORM_CREDITCHINA_HEARS: text })).to.include('PLATFORM_CREDITCHINA_HEARS')
    })

  it('is refused for an unknown platform', () => {
    expect(faultsOf({ PLATFORM_NATIONL_HEARS: 'listing' })).to.include('PLATFORM_NATIONL_HEARS')
  })
})

describe('the address and the credential of a platform', () => {
  let folder = ''
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'hub-config-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))
  const holding = (content: string): string => {
    const path = join(folder, `secret-${content.length}`)
    writeFileSync(path, content)
    return path
  }
  const URL = 'https://platform.example'

  it('are settings of known platforms only', () => {
    expect(Object.keys(readConfig({}).platforms)).to.deep.equal(platforms.map(({ id }) => id))
    expect(faultsOf({ PLATFORM_NOBODY_URL: URL })).to.include('PLATFORM_NOBODY_URL')
  })

  it('the address may be an interface, a folder or an exchange table', () => {
    for (const url of [URL, 'file:///srv/exchange', 'postgres://hub@exchange.example/front']) {
      const config = readConfig({ PLATFORM_JILIN_URL: url, PLATFORM_JILIN_SECRET: 'S' })
      expect(config.platforms['jilin']).to.include({ url, secret: 'S' })
    }
    expect(faultsOf({ PLATFORM_JILIN_URL: 'ftp://exchange.example' })).to.include('PLATFORM_JILIN_URL')
  })

  it('an address is refused where the platform does not take its scheme', () => {
    const told = faultsOf({ PLATFORM_NATIONAL_URL: 'file:///srv/exchange' })
    expect(told).to.include('PLATFORM_NATIONAL_URL 应为 http://… 或 https://… 地址')
  })

  it('go together for an interface; a folder and a table need no credential', () => {
    expect(faultsOf({ PLATFORM_JILIN_URL: URL })).to.include('PLATFORM_JILIN_SECRET')
    expect(readConfig({ PLATFORM_JILIN_URL: 'file:///srv/exchange' }).platforms['jilin']).to.include({ secret: '' })
  })

  it('the address of an interface is refused with an account, a query or a fragment, and not repeated in the message', () => {
    for (const url of ['https://hub:opens-it@platform.example', `${URL}/?key=opens-it`, `${URL}/#opens-it`]) {
      const told = faultsOf({ PLATFORM_NATIONAL_URL: url, PLATFORM_NATIONAL_SECRET: 'S' })
      expect(told).to.include('PLATFORM_NATIONAL_URL').and.not.include('opens-it')
    }
  })

  it('the credential may be in a file, whose surrounding blanks are ignored', () => {
    const file = holding('  opens-it\n')
    const config = readConfig({ PLATFORM_NATIONAL_URL: URL, PLATFORM_NATIONAL_SECRET_FILE: file })
    expect(config.platforms['national']).to.include({ secret: 'opens-it' })
  })

  it('the credential is refused where it is given both as text and as a file', () => {
    const both = { PLATFORM_NATIONAL_SECRET: 'S', PLATFORM_NATIONAL_SECRET_FILE: holding('T') }
    expect(faultsOf({ PLATFORM_NATIONAL_URL: URL, ...both })).to.include('PLATFORM_NATIONAL_SECRET_FILE')
  })

  const broken: [string, () => string][] = [
    ['empty', () => holding(' \n')],
    ['of two lines', () => holding('first-line\nsecond-line')],
    ['too long', () => holding('x'.repeat(5_000))],
    ['missing', () => join(folder, 'nowhere')],
    ['a folder', () => folder],
  ]
  for (const [what, file] of broken)
    it(`a credential file that is ${what} is refused once, without its content in the message`, () => {
      const told = faultsOf({ PLATFORM_NATIONAL_URL: URL, PLATFORM_NATIONAL_SECRET_FILE: file() })
      expect(told).to.include('PLATFORM_NATIONAL_SECRET_FILE')
      expect(told).not.to.match(/first-line|second-line|xxxxx|needs/)
      expect(told.match(/PLATFORM_NATIONAL_SECRET/g)).to.have.lengthOf(1)
    })
})

describe('a misspelt setting', () => {
  const misspelt: [string, string][] = [
    ['ADMINISTRATOR_NETWORK', 'ADMINISTRATOR_NETWORKS'],
    ['METRICS_TOKEN_FIEL', 'METRICS_TOKEN_FILE'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['SMTP_PASSSWORD', 'SMTP_PASSWORD'],
    ['PLATFORM_NATIONAL_TESTS', 'PLATFORM_NATIONAL_TEST'],
    ['AGENCY_IP_OFFICE_ULR', 'AGENCY_IP_OFFICE_URL'],
    ['SMTP_URL_FILE', 'SMTP_URL'],
    ['PLATFORM_JILIN_URL_FILE', 'PLATFORM_JILIN_URL'],
    ['AGENCY_IP_OFFICE_TEST', 'AGENCY_IP_OFFICE_URL'],
  ]
  for (const [name, meant] of misspelt)
    it(`${name} is refused, names ${meant}, and its content is not repeated`, () => {
      expect(faultsOf({ [name]: 'geheim' }))
        .to.include(name)
        .and.match(new RegExp(`(?:可用|是否指) .*${meant}`))
        .and.not.include('geheim')
    })

  it('is none where the name is that of another program', () => {
    const others = [
      'PATH',
      'HOSTS',
      'LOGLEVEL',
      'SMTP_HOST',
      'SITE_NAME',
      'PLATFORM',
      'AGENCY_NAME',
      'NODE_EXTRA_CA_CERTS',
    ]
    for (const name of others) expect(readConfig({ [name]: 'x' }), name).to.be.an('object')
  })
})

describe('addresses of agencies', () => {
  const settings = Object.values(readConfig({}).agencies).map(({ setting }) => setting)

  it('are settings of every agency that is described', () => {
    expect(settings).to.have.lengthOf(agencies.length)
    for (const setting of settings) expect(readConfig({ [setting]: 'file:///srv/agency' })).to.be.an('object')
  })

  for (const page of ['schema/settings.md', 'schema/settings.zh-CN.md'])
    it(`are all named in ${page}`, () => {
      const text = readFileSync(page, 'utf8')
      for (const setting of settings) expect(text).to.include(`\`${setting.replace(/^AGENCY_|_URL$/g, '')}\``)
    })
})

describe('kinds that a hub sends to its platforms', () => {
  const told = (env: Record<string, string>) =>
    Object.fromEntries(listConfiguredPlatformSubjects(readConfig(env)).map((one) => [one.id, one.kinds]))

  it('follow the configuration platform by platform', () => {
    expect(told({})).to.deep.equal(Object.fromEntries(platforms.map(({ id, hears }) => [id, hears])))
    const kind = platforms[0]?.kinds[0] ?? ''
    expect(told({ PLATFORM_NATIONAL_HEARS: kind }))
      .to.have.property('national')
      .that.deep.equals([kind])
  })

  it('are refused where a platform has no format for a kind', () => {
    for (const { id, kinds } of platforms)
      for (const kind of ['penalty', 'permit'] as const) {
        const read = () => told({ [`PLATFORM_${id.toUpperCase()}_HEARS`]: kind })
        if (kinds.includes(kind)) expect(read()[id]).to.deep.equal([kind])
        else
          expect(read)
            .to.throw()
            .that.satisfies((error: unknown) => isRefusal(error) && error.code === 'CONFIG_INVALID')
      }
  })
})
