import { shanghaiDate } from '../../foundation/time/dates.js'
import { type Certificate, formatCertificateCode, type UnliftedMeasure } from '../../work/publication/certificate.js'
import { formatShanghaiMinute } from '../entry/page.js'
import { type Html, html, publishedText } from '../frame/html.js'
import { bilingual } from '../frame/page.js'
import { definitionRow } from '../my/file.js'
import { DELIVERY_WORDS, labelIn, REMOVAL_WORDS } from '../my/words.js'

export const certificateFacts = ({ party, entry, issuedAt, code }: Certificate): Html => html`<dl class="facts">
${definitionRow('当事人', 'Party', html`${party.name && publishedText(party.name)} <code>${party.code}</code>`)}${definitionRow('名单', 'List', bilingual(entry.listName.zh, entry.listName.en))}${definitionRow('决定机关', 'Authority', entry.authority && publishedText(entry.authority))}${definitionRow('决定文号', 'Document', entry.documentNumber && publishedText(entry.documentNumber))}${definitionRow('决定日期', 'Decided', entry.decidedOn)}${definitionRow('公示日期', 'Published', entry.publishedOn)}${definitionRow('移出日期', 'Removed', entry.removedOn)}${definitionRow('移出原因', 'Why', labelIn(REMOVAL_WORDS, entry.removalReason))}${definitionRow('出具时间', 'Issued', formatShanghaiMinute(new Date(issuedAt)))}${definitionRow('验证码', 'Verification code', html`<code>${formatCertificateCode(code)}</code>`)}</dl>`

export const platformsTold = ({ told: { platforms } }: Certificate): Html =>
  platforms.length === 0
    ? html`<p>${bilingual('没有平台曾收到该条目。', 'No platform ever got the entry.')}</p>`
    : html`<ul>${platforms.map(({ name, state, confirmedAt }) => html`<li>${bilingual(name.zh, name.en)}${bilingual('：', ': ')}${labelIn(DELIVERY_WORDS, state)} ${confirmedAt && formatShanghaiMinute(new Date(confirmedAt))}</li>\n`)}</ul>`

/** Certificates issued before measures were followed name none. */
export const unliftedMeasures = (measures: readonly UnliftedMeasure[] = []): Html | null =>
  measures.length === 0
    ? null
    : html`<h2>${bilingual('尚未确认解除的惩戒措施', 'Measures not confirmed lifted')}</h2>
<ul>${measures.map(({ organisation, item, stateName, dueOn }) => html`<li>${bilingual(organisation.zh, organisation.en)}${bilingual('：', ': ')}${publishedText(item)}${bilingual('，', ', ')}${bilingual(stateName.zh, stateName.en)}${dueOn && bilingual(`，至迟应于 ${dueOn} 解除`, `, to be lifted by ${dueOn}`)}</li>\n`)}</ul>`

export const certificateFileName = ({ issuedAt }: Pick<Certificate, 'issuedAt'>, extension: 'jws' | 'pdf'): string =>
  `removal-certificate-${shanghaiDate(new Date(issuedAt))}.${extension}`
