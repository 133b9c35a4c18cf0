import type { CertificateCheck } from '../../work/publication/certificate.js'
import { type Html, html, linkTo } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { certificateFacts, platformsTold, unliftedMeasures } from './certificate-facts.js'

export const VERIFY_PATH = '/verify'

export interface VerifyContent {
  check: CertificateCheck | null
  isPublic: boolean
  code: string
}

export const verifyPage = ({ check, isPublic, code }: VerifyContent): SitePage =>
  sitePage(
    { zh: '核验移出证明', en: 'Verify a certificate of removal' },
    html`<p>${bilingual('输入证明上的验证码，或者选择证明文件（PDF 或签名文件），即可核验它是否由本站出具、内容有无改动。', 'Enter the code on the certificate, or choose its file (PDF or signed file), to learn whether this site issued it and whether it was altered.')}</p>
${check === null ? null : outcome(check, isPublic)}
<form action="${linkTo(VERIFY_PATH)}" method="get">
<fieldset class="act"><legend>${bilingual('按验证码', 'By code')}</legend>
<p><label for="code">${bilingual('验证码', 'Code')}</label>
<input id="code" name="code" value="${code}" maxlength="60" required autocomplete="off"></p>
<p><button>${bilingual('核验', 'Verify')}</button></p></fieldset></form>
<form action="${linkTo(VERIFY_PATH)}" method="post" enctype="multipart/form-data">
<fieldset class="act"><legend>${bilingual('按文件', 'By file')}</legend>
<p><label for="file">${bilingual('证明文件', 'File of the certificate')}</label>
<input id="file" name="file" type="file" required accept=".pdf,.jws"></p>
<p class="note">${bilingual('文件只用于本次核验，不留存。', 'The file is only checked, and not kept.')}</p>
<p><button>${bilingual('核验文件', 'Verify the file')}</button></p></fieldset></form>`,
  )

const outcome = (check: CertificateCheck, isPublic: boolean): Html => {
  if (check === 'UNKNOWN')
    return html`<p class="notice" role="alert">${bilingual('不是本站出具的证明：没有这个验证码，或者文件中没有本站的签名。', 'Not a certificate of this site: there is no such code, or the file bears no signature of this site.')}</p>`
  if (check === 'FORGED')
    return html`<p class="notice" role="alert">${bilingual('签名不符：文件的内容被改动过，不可采信。', 'The signature does not fit: the content was altered. Do not rely on it.')}</p>`
  const { certificate } = check
  return html`<p class="good" role="status">${bilingual('证明真实：下列内容由本站出具，未经改动。签名只保护下列内容，您手中的证明与此不一致的，不可采信。', 'Genuine: this site issued what follows, unaltered. Only what follows is signed: do not rely on a certificate that says something else.')}</p>
${isPublic ? html`<p class="notice" role="alert">${bilingual('出具以后，该条目又恢复公示：现状以公示的名单为准。', 'Since it was issued the entry was published again: the published list says how things stand.')}</p>` : html`<p>${bilingual('现在，该条目不在公示之中。', 'The entry is not published now.')}</p>`}
<p>${bilingual(certificate.statement.zh, certificate.statement.en)}</p>
${certificateFacts(certificate)}
<h2>${bilingual('出具时已告知的平台', 'Platforms told, as it was issued')}</h2>
${platformsTold(certificate)}
${unliftedMeasures(certificate.told.measures)}`
}
