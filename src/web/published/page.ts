import type { BilingualText } from '../../foundation/text/words.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import type { SignedManifest } from '../../store/publication/snapshots.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { type Html, html } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { bilingualTable } from '../scorecard/card-table.js'
import type { ListInForce } from './current.js'

const FORMS: Record<string, BilingualText> = {
  '/data/blacklist.csv': { zh: '表格（CSV，可用表格软件打开）', en: 'a table (CSV, for spreadsheets)' },
  '/data/blacklist.jsonl': { zh: '每行一条（JSON Lines）', en: 'one entry a line (JSON Lines)' },
  '/data/blacklist.json': { zh: '整份（JSON）', en: 'the whole (JSON)' },
  '/data/blacklist.atom': { zh: '最近变更订阅（Atom）', en: 'latest changes, to subscribe to (Atom)' },
}

const FIELDS: readonly (readonly [name: string, ...BilingualText[]])[] = [
  ['id', { zh: '记录编号，即页面 /blacklist/编号', en: 'its number, and its page /blacklist/ID' }],
  ['list', { zh: '名单类别', en: 'kind of list' }],
  ['uscc', { zh: '统一社会信用代码；没有时为空', en: 'unified social credit code; empty where there is none' }],
  ['name', { zh: '名称', en: 'name' }],
  ['region', { zh: '行政区划代码（GB/T 2260）', en: 'division code (GB/T 2260)' }],
  ['reason · basis', { zh: '列入事由、列入依据', en: 'reason, legal basis' }],
  ['authority · documentNumber', { zh: '决定机关、文号', en: 'deciding authority, document number' }],
  ['decidedOn · publishedOn · endsOn', { zh: '决定、公示、届满日期', en: 'days of decision, publication, end' }],
  ['contested', { zh: '是否有异议在核', en: 'whether it is under objection' }],
  ['salt · hash', { zh: '盐与本行哈希（CSV 只有 hash）', en: 'salt and hash of the line (CSV: hash only)' }],
]

const KILO = 1_000

export const dataPage = ({ snapshot, signed }: Pick<ListInForce, 'snapshot' | 'signed'>, base: string): SitePage => {
  const { sequence, publishedAt, entries, files } = snapshot
  return sitePage(
    { zh: '名单数据', en: 'The list as data' },
    html`<p>${bilingual(
      `第 ${sequence} 期，${shanghaiDate(publishedAt)} 公布，共 ${entries} 条；${formatShanghaiMinute(signed.validUntil)} 前有效，届时请重新获取。`,
      `Sequence ${sequence}, published on ${shanghaiDate(publishedAt)}, ${entries === 1 ? '1 entry' : `${entries} entries`}; good until ${formatShanghaiMinute(signed.validUntil)}, then fetch it again.`,
    )}</p>
<p>${bilingual('任何人可自由取用，无需登记或令牌。再次使用前请取最新一期：已移出的，不得继续使用。', 'Free for anybody to take, without registration or token. Fetch the latest before using it again: what was removed may be used no more.')}</p>
<section aria-labelledby="files">
<h2 id="files">${bilingual('文件', 'Files')}</h2>
${bilingualTable({
  caption: { zh: '同一名单的各种格式', en: 'The same list in every form' },
  columns: [
    { zh: '地址', en: 'Address' },
    { zh: '格式', en: 'Form' },
    { zh: '大小', en: 'Size' },
  ],
  rows: [
    ...(files ?? []).map(({ path, bytes }) => {
      const form = FORMS[path]
      return [link(path), form ? bilingual(form.zh, form.en) : '', `${Math.ceil(bytes / KILO)} kB`]
    }),
    [link('/data/manifest.jws'), bilingual('签名清单（JWS）', 'the signed manifest (JWS)'), '1 kB'],
    [
      link(`/data/delta?since=${sequence}`),
      bilingual('自某期以来的变更（JSON）', 'what changed since a sequence (JSON)'),
      '—',
    ],
  ],
})}
<p>${bilingual('移出的记录只留编号和日期。持有旧副本的，请一并删除。', 'Of an entry that was removed only its number and the day are told. Whoever holds an older copy should delete it there too.')}</p>
</section>
<section aria-labelledby="take">
<h2 id="take">${bilingual('取用', 'To take it')}</h2>
<p>${bilingual('整份下载；其后只取变更（编号为上次的期号）：', 'The whole once; after that only what changed, since the sequence that you hold:')}</p>
${pre(`curl -s ${base}/data/blacklist.csv -o blacklist.csv
curl -s "${base}/data/delta?since=${sequence}"`)}
<p>${bilingual('查一个代码：', 'To look up one code:')}</p>
${pre(`curl -s ${base}/graphql -H 'content-type: application/json' \\
  -d '{"query":"{ standing(code: \\"91220102MA0Y3X1HXM\\") { status listed asOf } }"}'`)}
</section>
<section aria-labelledby="fields">
<h2 id="fields">${bilingual('字段', 'Fields')}</h2>
<dl class="facts">${FIELDS.map(([name, words]) => html`<div><dt><code>${name}</code></dt><dd>${words && bilingual(words.zh, words.en)}</dd></div>\n`)}</dl>
</section>
${verify(base, signed)}`,
  )
}

const link = (path: string): Html => html`<a href="${path}">${path}</a>`
const pre = (text: string): Html => html`<pre tabindex="0"><code>${text}</code></pre>`

const verify = (base: string, { kid }: SignedManifest): Html => html`<section aria-labelledby="verify">
<h2 id="verify">${bilingual('核验', 'To verify it')}</h2>
<ol>
<li>${bilingual('取名单、清单和公钥：', 'Fetch the list, the manifest and the key:')}
${pre(FETCH(base))}</li>
<li>${bilingual('文件的 SHA-256 应见于清单；应显示 OK：', 'The SHA-256 of the file stands in the manifest: it should say OK:')}
${pre(COMPARE)}</li>
<li>${bilingual('清单由公钥所签；应显示 true：', 'The manifest is signed by the key: it should say true:')}
${pre(SIGNATURE)}</li>
</ol>
<p>${bilingual('签名密钥：', 'Key that signed it:')} <code class="hash">${kid}</code>${bilingual('（ES256，公钥在', '(ES256, public keys at')} ${link('/.well-known/jwks.json')}${bilingual('）', ')')}</p>
<p>${bilingual('每行的哈希为去掉末项（hash）后该行的 SHA-256；每期的哈希由各条串成，并载入下一期清单的 previousHash，改动历史必被发现。', 'The hash of a line is the SHA-256 of it without its last member (hash); the hash of a sequence is made of them all, and the next manifest names it as previousHash: whoever changes the past is found out.')}</p>
</section>`

const FETCH = (base: string): string => `curl -s ${base}/data/blacklist.jsonl -o blacklist.jsonl
curl -s ${base}/data/manifest.jws -o manifest.jws
curl -s ${base}/.well-known/jwks.json -o jwks.json`

const COMPARE = `cut -d. -f2 manifest.jws | tr '_-' '/+' | base64 -d 2>/dev/null > manifest.json
grep -q "$(sha256sum < blacklist.jsonl | cut -c1-64)" manifest.json && echo OK`

const SIGNATURE = `node -e 'const c = require("crypto"), read = (f) => require("fs").readFileSync(f, "utf8")
const [head, body, sign] = read("manifest.jws").trim().split(".")
const { kid } = JSON.parse(Buffer.from(head, "base64url"))
const key = c.createPublicKey({ format: "jwk", key: JSON.parse(read("jwks.json")).keys.find((k) => k.kid === kid) })
console.log(c.verify("sha256", Buffer.from(head + "." + body), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(sign, "base64url")))'`
