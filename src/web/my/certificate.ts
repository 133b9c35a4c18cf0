import { shanghaiDate } from '../../foundation/time/dates.js'
import type { Certificate } from '../../work/publication/certificate.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { type Html, html, inPageLanguage, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage } from '../frame/page.js'
import { definitionRow } from './file.js'
import { listingPath, type PartyPageContext, partyPage } from './frame.js'
import { DELIVERY_WORDS, labelIn, REMOVAL_WORDS } from './words.js'

export interface CertificateContent {
  own: PartyPageContext
  id: string
  certificate: Certificate
  jws: string
  kid: string
  base: string
}

export const certificateFileName = ({ issuedAt }: Pick<Certificate, 'issuedAt'>): string =>
  `removal-certificate-${shanghaiDate(new Date(issuedAt))}.jws`

export const certificatePage = ({ own, id, certificate, jws, kid, base }: CertificateContent): SitePage => {
  const { party, entry, statement, issuedAt, told: heard } = certificate
  return partyPage(
    own,
    { zh: '移出证明', en: 'Certificate of removal' },
    html`<p class="good">${bilingual(statement.zh, statement.en)}</p>
<dl class="facts">
${definitionRow('当事人', 'Party', html`${party.name && publishedText(party.name)} <code>${party.code}</code>`)}${definitionRow('条目', 'Entry', html`<code>${entry.id}</code>`)}${definitionRow('决定机关', 'Authority', entry.authority && publishedText(entry.authority))}${definitionRow('决定文号', 'Document', entry.documentNumber && publishedText(entry.documentNumber))}${definitionRow('决定日期', 'Decided', entry.decidedOn)}${definitionRow('公示日期', 'Published', entry.publishedOn)}${definitionRow('移出日期', 'Removed', entry.removedOn)}${definitionRow('移出原因', 'Why', labelIn(REMOVAL_WORDS, entry.removalReason))}${definitionRow('出具时间', 'Issued', formatShanghaiMinute(new Date(issuedAt)))}</dl>
<h2>${bilingual('出具时已告知的平台', 'Platforms told, as it was issued')}</h2>
${heard.platforms.length === 0 ? html`<p>${bilingual('没有平台曾收到该条目。', 'No platform ever got the entry.')}</p>` : html`<ul>${heard.platforms.map(({ platform, state, confirmedAt }) => html`<li>${platform}${inPageLanguage('：', ': ')}${labelIn(DELIVERY_WORDS, state)} ${confirmedAt && formatShanghaiMinute(new Date(confirmedAt))}</li>\n`)}</ul>`}
<h2>${bilingual('签名', 'Signature')}</h2>
<p><a href="${linkTo(`${listingPath(id)}/certificate.jws`)}" download>${bilingual(`下载签名文件（${certificateFileName(certificate)}）`, `Download the signed file (${certificateFileName(certificate)})`)}</a></p>
<p>${bilingual('签名密钥', 'Key')} <code class="hash">${kid}</code>${bilingual('（ES256，与名单清单同一密钥；公钥在', '(ES256, the key of the signed list; public keys at')} <a href="/.well-known/jwks.json">/.well-known/jwks.json</a>${inPageLanguage('）', ')')}</p>
<pre tabindex="0"><code>${jws}</code></pre>
<h2>${bilingual('任何人如何核验', 'How anybody verifies it')}</h2>
<p>${bilingual('取公钥，核对签名；应显示 true 和证明内容：', 'Fetch the key and check the signature: it says true, and what is certified:')}</p>
${pre(COMMANDS(base, certificateFileName(certificate)))}
<p class="note">${bilingual('证明说明出具时的情况。现状以公示的名单为准：', 'It tells how things stood when it was issued. How they stand now the published list says:')} <a href="${linkTo(`/blacklist/${entry.id}`)}">${bilingual('本条目的页面（已移出的答复 410）', 'the page of the entry, gone (410) once it is removed')}</a></p>`,
  )
}

const pre = (text: string): Html => html`<pre tabindex="0"><code>${text}</code></pre>`

const COMMANDS = (base: string, file: string): string => `curl -s ${base}/.well-known/jwks.json -o jwks.json
node -e 'const c = require("crypto"), read = (f) => require("fs").readFileSync(f, "utf8")
const [head, body, sign] = read(process.argv[1]).trim().split(".")
const { kid, typ } = JSON.parse(Buffer.from(head, "base64url"))
const key = c.createPublicKey({ format: "jwk", key: JSON.parse(read("jwks.json")).keys.find((k) => k.kid === kid) })
console.log(typ === "removal-certificate+jws" && c.verify("sha256", Buffer.from(head + "." + body), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(sign, "base64url")))
console.log(Buffer.from(body, "base64url").toString())' ${file}`
