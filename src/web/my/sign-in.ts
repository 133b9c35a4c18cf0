import { html, linkTo } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { helpPath } from '../words/help-tasks.js'
import { PARTY_TRACES, refusalNotice, unsentText } from './frame.js'
import { splitSentence } from './refusals.js'

export interface SignInContent {
  why: string | null
  /** Text submitted after the session had ended. */
  typed: string | null
}

export const signInPage = ({ why, typed }: SignInContent): SitePage =>
  sitePage(
    { zh: '我的记录', en: 'My record' },
    html`<p>${bilingual(
      '被列入名单或者被评分的经营者，凭登录码查看自己的全部信息、评分理由和恢复途径，提出异议，申请信用修复。',
      'An operator that is listed or scored reads its own file here by its access code, with the reasons of its score and the way back up, objects, and applies for repair.',
    )}</p>
${refusalNotice(why === null ? null : splitSentence(why))}
${typed === null || typed === '' ? null : unsentText(typed)}
<form action="${linkTo('/my')}" method="post" class="search" autocomplete="off">
<div class="main">
<label for="access-code">${bilingual('登录码', 'Access code')}</label>
<div class="row"><input id="access-code" name="accessCode" type="text" required maxlength="100" autocapitalize="characters" autocomplete="off" spellcheck="false" aria-describedby="access-note">
<button>${bilingual('进入', 'Enter')}</button></div>
<p id="access-note" class="note">${bilingual('25 个字母和数字，大小写、空格、连字符均可；见决定书所附的告知。', '25 letters and digits, in any case and grouping: see the notice served with the decision.')}</p>
<p class="note"><a href="${linkTo(helpPath('my-record'))}">${bilingual('怎样查看、异议、申请修复', 'How to read it, object and apply for repair')}</a></p>
</div>
</form>
<h2>${bilingual('没有登录码', 'Without an access code')}</h2>
<p>${bilingual('登录码由决定机关随决定书送达；遗失的，请向该机关申请补发，补发后旧码即告失效。仅被评分、未列入名单的，也可申请。', 'The deciding authority serves it with the decision. Whoever has lost it asks that authority for another, and the old one opens nothing any more. Operators that are only scored may ask for one too.')}</p>
<h2>${bilingual('登录期间', 'While signed in')}</h2>
<p>${bilingual('本站在您登录期间设置一个 Cookie，退出即删除；30 分钟不操作或满两小时自动退出，登录码补发或撤销时立即失效。每次查看和办理都留有痕迹，供审计。', 'While you are signed in this site sets one cookie, which goes when you sign out. A session ends after 30 minutes without use, after two hours in any case, and at once when the access code is replaced or revoked. Every look and every act leaves a row for auditors.')}</p>`,
    PARTY_TRACES,
  )
