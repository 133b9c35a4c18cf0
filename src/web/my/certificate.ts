import type { Paper, PaperBlock } from '../../foundation/papers/paper.js'
import { makeQrModules, makeQrPath } from '../../foundation/papers/qr.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { type Certificate, formatCertificateCode, type UnliftedMeasure } from '../../work/publication/certificate.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { type Html, html, linkTo } from '../frame/html.js'
import { bilingual, type SitePage } from '../frame/page.js'
import { certificateFacts, certificateFileName, platformsTold, unliftedMeasures } from '../verify/certificate-facts.js'
import { VERIFY_PATH } from '../verify/page.js'
import { listingPath, type PartyPageContext, partyPage } from './frame.js'
import { DELIVERY_WORDS, REMOVAL_WORDS } from './words.js'

export interface CertificateContent {
  own: PartyPageContext
  id: string
  certificate: Certificate
  jws: string
  kid: string
  base: string
}

const verifyAddress = (base: string, { code }: Certificate): string => `${base}${VERIFY_PATH}?code=${code}`

export const certificatePage = ({ own, id, certificate, jws, kid, base }: CertificateContent): SitePage => {
  const { entry, statement } = certificate
  const path = `${listingPath(id)}/certificate`
  return partyPage(
    own,
    { zh: '移出证明', en: 'Certificate of removal' },
    html`<p class="good">${bilingual(statement.zh, statement.en)}</p>
<p><a href="${linkTo(`${path}.pdf`)}" download>${bilingual('下载证明（PDF，可打印）', 'Download the certificate (PDF, to print)')}</a></p>
${certificateFacts(certificate)}
<h2>${bilingual('出具时已告知的平台', 'Platforms told, as it was issued')}</h2>
${platformsTold(certificate)}
${unliftedMeasures(certificate.told.measures)}
<h2>${bilingual('任何人如何核验', 'How anybody verifies it')}</h2>
<p>${bilingual('扫描二维码，或者在核验页输入验证码、选择文件：', 'Scan the code, or enter the code or choose the file on the page:')} <a href="${linkTo(VERIFY_PATH, { code: certificate.code })}">${base}${VERIFY_PATH}</a></p>
${qrOf(verifyAddress(base, certificate))}
<h2>${bilingual('签名', 'Signature')}</h2>
<p><a href="${linkTo(`${path}.jws`)}" download>${bilingual(`下载签名文件（${certificateFileName(certificate, 'jws')}）`, `Download the signed file (${certificateFileName(certificate, 'jws')})`)}</a></p>
<p>${bilingual('签名密钥', 'Key')} <code class="hash">${kid}</code>${bilingual('（ES256，与名单清单同一密钥；公钥在', '(ES256, the key of the signed list; public keys at')} <a href="/.well-known/jwks.json">/.well-known/jwks.json</a>${bilingual('）', ')')}</p>
<pre tabindex="0"><code>${jws}</code></pre>
<p>${bilingual('不经本站核验：在存有签名文件的目录中运行，应显示 true 和证明内容：', 'To verify it without this site, run this where the signed file was saved: it says true, and what is certified:')}</p>
${pre(COMMANDS(base, certificateFileName(certificate, 'jws')))}
<p class="note">${bilingual('证明说明出具时的情况。现状以公示的名单为准：', 'It tells how things stood when it was issued. How they stand now the published list says:')} <a href="${linkTo(`/blacklist/${entry.id}`)}">${bilingual('本条目的页面（已移出的答复 410）', 'the page of the entry, gone (410) once it is removed')}</a></p>`,
    'certificate',
  )
}

const qrOf = (address: string): Html => {
  const modules = makeQrModules(address)
  return html`<svg class="qr" viewBox="0 0 ${modules.length} ${modules.length}" width="160" height="160" role="img" aria-label="${bilingual('核验页的二维码', 'QR code of the page that verifies')}"><rect width="100%" height="100%" fill="#fff"/><path d="${makeQrPath(modules)}" fill="#000"/></svg>`
}

const pre = (text: string): Html => html`<pre tabindex="0"><code>${text}</code></pre>`

const COMMANDS = (base: string, file: string): string => `curl -s ${base}/.well-known/jwks.json -o jwks.json
node -e 'const c = require("crypto"), read = (f) => require("fs").readFileSync(f, "utf8")
const [head, body, sign] = read(process.argv[1]).trim().split(".")
const { kid, typ } = JSON.parse(Buffer.from(head, "base64url"))
const key = c.createPublicKey({ format: "jwk", key: JSON.parse(read("jwks.json")).keys.find((k) => k.kid === kid) })
console.log(typ === "removal-certificate+jws" && c.verify("sha256", Buffer.from(head + "." + body), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(sign, "base64url")))
console.log(Buffer.from(body, "base64url").toString())' ${file}`

/** The signed text goes along in the PDF's properties, so the file itself can be verified. */
export const certificatePaper = ({ certificate, jws, base }: Omit<CertificateContent, 'own' | 'id' | 'kid'>): Paper => {
  const { party, entry, statement, issuedAt, told } = certificate
  const facts: [string, string | null][] = [
    ['当事人', [party.name, party.code].filter(Boolean).join('，')],
    ['名单', entry.listName.zh],
    ['决定机关', entry.authority],
    ['决定文号', entry.documentNumber],
    ['决定日期', entry.decidedOn],
    ['公示日期', entry.publishedOn],
    ['移出日期', entry.removedOn],
    ['移出原因', REMOVAL_WORDS[entry.removalReason]?.zh ?? null],
    ['出具时间', formatShanghaiMinute(new Date(issuedAt))],
    ['验证码', formatCertificateCode(certificate.code)],
  ]
  const platforms = told.platforms.map(({ name, state, confirmedAt }): [string, string, string] => [
    name.zh,
    DELIVERY_WORDS[state]?.zh ?? '',
    confirmedAt === null ? '—' : shanghaiDate(new Date(confirmedAt)),
  ])
  const tablesOfPlatforms: PaperBlock[] =
    platforms.length === 0
      ? [{ as: 'line', text: '没有平台曾收到该条目。' }]
      : [{ as: 'table', columns: ['平台', '情况', '确认日期'], widths: [5, 5, 2], rows: platforms }]
  return {
    title: '移出证明',
    madeAt: new Date(issuedAt),
    keywords: jws,
    blocks: [
      { as: 'title', text: '移出证明' },
      { as: 'paragraph', text: statement.zh },
      {
        as: 'qr',
        url: verifyAddress(base, certificate),
        caption: `任何人可以扫描二维码，或者在 ${base}${VERIFY_PATH} 输入验证码、选择本文件核验。现状以公示的名单为准。`,
      },
      {
        as: 'table',
        columns: ['事项', '内容'],
        widths: [2, 8],
        rows: facts.filter((row): row is [string, string] => row[1] !== null),
      },
      { as: 'heading', text: '出具时已告知的平台' },
      ...tablesOfPlatforms,
      ...tableOfMeasures(told.measures),
    ],
  }
}

const tableOfMeasures = (measures: readonly UnliftedMeasure[] = []): PaperBlock[] => {
  const rows = measures.map(({ organisation, item, stateName, dueOn }) => [
    organisation.zh,
    item,
    stateName.zh,
    dueOn ?? '—',
  ])
  if (rows.length === 0) return []
  return [
    { as: 'heading', text: '尚未确认解除的惩戒措施' },
    { as: 'table', columns: ['单位', '措施', '情况', '至迟解除'], widths: [4, 4, 3, 2], rows },
  ]
}
