/** GET /data: the same list in every form, for people who look for it. */
import { dateIn } from '../../domain/dates.js'
import type { Snapshot } from '../../store/snapshots.js'
import { html } from '../html.js'
import { both, type Page, page } from '../page.js'

const FORMS: Record<string, { zh: string; en: string }> = {
  '/data/blacklist.csv': { zh: '表格（CSV，可用表格软件打开）', en: 'a table (CSV, for spreadsheets)' },
  '/data/blacklist.jsonl': { zh: '每行一条（JSON Lines）', en: 'one entry a line (JSON Lines)' },
  '/data/blacklist.json': { zh: '整份（JSON）', en: 'the whole (JSON)' },
  '/data/blacklist.atom': { zh: '最近变更订阅（Atom）', en: 'latest changes, to subscribe to (Atom)' },
}

const KILO = 1_000

export const dataPage = ({ sequence, publishedAt, entries, files }: Snapshot, validUntil: Date): Page =>
  page(
    { zh: '名单数据', en: 'The list as data' },
    html`<p>${both(
      `第 ${sequence} 期，${dateIn(publishedAt)} 公布，共 ${entries} 条；${minute(validUntil)} 前有效，届时请重新获取。`,
      `Sequence ${sequence}, published on ${dateIn(publishedAt)}, ${entries === 1 ? '1 entry' : `${entries} entries`}; good until ${minute(validUntil)}, then fetch it again.`,
    )}</p>
<ul>
${(files ?? []).map(({ path, bytes }) => {
  const form = FORMS[path]
  return html`<li><a href="${path}">${path}</a> ${form ? both(form.zh, form.en) : null} ${Math.ceil(bytes / KILO)} kB</li>\n`
})}
<li><a href="/data/manifest.jws">/data/manifest.jws</a> ${both('签名清单（JWS，公钥见 /.well-known/jwks.json）', 'the signed manifest (JWS; keys at /.well-known/jwks.json)')}</li>
<li><code>/data/delta?since=${sequence}</code> ${both('自某期以来的变更', 'what changed since a sequence')}</li>
</ul>
<p>${both('移出的记录只留编号和日期。持有旧副本的，请一并删除。', 'Of an entry that was removed only its number and the day are told. Whoever holds an older copy should delete it there too.')}</p>`,
  )

/** In the zone of the province. */
const minute = (instant: Date): string => {
  const text = instant.toLocaleString('sv-SE', { timeZone: 'Asia/Shanghai' })
  return text.slice(0, 16)
}
