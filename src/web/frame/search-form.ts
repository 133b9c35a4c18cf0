import { ENGLISH_LANG_INPUT } from '../blacklist/page.js'
import { html } from './html.js'
import { bilingual } from './page.js'

export const firmSearchForm = () => html`<form action="/blacklist" method="get" role="search" class="search">
${ENGLISH_LANG_INPUT}
<div class="main"><label for="name">${bilingual('查企业：名称或统一社会信用代码', 'Look up a firm: name or code')}</label>
<div class="row"><input id="name" name="name" type="search" maxlength="100" autocomplete="off"><button>${bilingual('查询', 'Search')}</button></div></div>
</form>`
