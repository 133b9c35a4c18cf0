/** Atom feed (RFC 4287). Removed entries are tombstones (RFC 6721) without names. */

import type { PublicEntry } from '../../domain/listing/public-entry.js'
import type { Snapshot } from '../../store/publication/snapshots.js'

export const FEED_CHANGES_MOST = 500

/** Port 0: the system chooses the real port later. */
const ANY_PORT = /:0$/

export const findOrigin = (issuer: string): string | null => (ANY_PORT.test(issuer) ? null : issuer.replace(/\/$/, ''))

export const writeAtomFeed = (
  { feedId, origin, publishedAt }: Pick<Snapshot, 'feedId' | 'origin' | 'publishedAt'>,
  changes: readonly { id: string; at: Date; line: string | null }[],
): string => {
  const base = text(origin ?? '')
  const entries = changes.map(({ id, at, line }) =>
    line === null ? tombstone(id, at) : entry(base, id, at, JSON.parse(line)),
  )
  return head(feedId, base, publishedAt) + entries.join('') + TAIL
}

const head = (feedId: string, base: string, publishedAt: Date): string =>
  `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="zh-CN">
<id>urn:uuid:${feedId}</id>
<title>严重失信名单 Blacklist</title>
<updated>${publishedAt.toISOString()}</updated>
<author><name>吉林省电子商务信用信息枢纽</name></author>
<link rel="self" type="application/atom+xml" href="${base}/data/blacklist.atom"/>
<link rel="alternate" type="text/html" href="${base}/blacklist"/>
`

const TAIL = '</feed>\n'

const tombstone = (id: string, at: Date): string =>
  `<at:deleted-entry ref="urn:uuid:${id}" when="${at.toISOString()}"/>\n`

const entry = (base: string, id: string, at: Date, body: PublicEntry): string => `<entry>
<id>urn:uuid:${id}</id>
<title>${text(body.name)}</title>
<updated>${at.toISOString()}</updated>
<link rel="alternate" type="text/html" href="${base}/blacklist/${id}"/>
<summary>${text(`${body.reason}；${body.authority} ${body.documentNumber}；公示 ${body.publishedOn}${body.endsOn === null ? '' : `，届满 ${body.endsOn}`}${body.contested ? '；有异议，正在核查' : ''}`)}</summary>
</entry>
`

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
/** XML 1.0 forbids these characters. */
const UNWRITABLE = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu

const text = (value: string): string =>
  value.replace(UNWRITABLE, '\uFFFD').replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign)
