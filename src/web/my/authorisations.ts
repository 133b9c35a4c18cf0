import { dateElement } from '../blacklist/page.js'
import { minuteText } from '../entry/page.js'
import { type Html, html, publishedText } from '../frame/html.js'
import { bilingual } from '../frame/page.js'
import { MY_PATHS, type PartyPageContext, postForm } from './frame.js'
import type { PartyAuthorisation } from './questions.js'

export const authorisationsSection = (
  own: PartyPageContext,
  all: readonly PartyAuthorisation[],
): Html => html`<section aria-labelledby="authorisations">
<h2 id="authorisations">${bilingual('授权', 'Authorisations')}</h2>
<p>${bilingual('下列信用服务机构登记称您授权其查看您的信用分和等级。不是您授权的，请撤回，并告知主管部门。', 'These credit services have recorded that you let them see your score and grade. Withdraw one that you did not give, and tell the authority.')}</p>
${all.length === 0 ? html`<p>${bilingual('没有。', 'None.')}</p>` : html`<ul class="entries">${all.map((one) => authorisation(own, one))}</ul>`}
</section>`

const authorisation = (own: PartyPageContext, one: PartyAuthorisation): Html => html`<li><article>
<h3>${publishedText(one.client)} <small>${stateOf(one)}</small></h3>
<p class="why">${publishedText(one.document)}</p>
${one.sha256 && html`<p class="by">SHA-256 <code>${one.sha256}</code></p>`}
<p class="when">${bilingual('授权日', 'given')} ${dateElement(one.givenOn)} ${bilingual('有效至', 'holds until')} ${dateElement(one.endsOn)}${one.withdrawnAt && html` ${bilingual('撤回', 'withdrawn')} ${minuteText(new Date(one.withdrawnAt))}`}</p>
${one.holds ? html`<div class="when">${postForm(own, `${MY_PATHS.authorisations}/${encodeURIComponent(one.id)}/withdraw`, html`<button class="plain">${bilingual('撤回授权', 'Withdraw it')}</button>`)}</div>` : null}
</article></li>\n`

const stateOf = ({ holds, withdrawnAt, withdrawnBy }: PartyAuthorisation): Html => {
  if (holds) return bilingual('有效', 'holds')
  if (withdrawnAt === null) return bilingual('已到期', 'ended')
  return withdrawnBy === 'party'
    ? bilingual('已由您撤回', 'withdrawn by you')
    : bilingual('已由该机构撤回', 'withdrawn by the service')
}
