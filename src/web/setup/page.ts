import { html, linkTo, publishedText } from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { helpPath } from '../words/help-tasks.js'

const TITLE = { zh: '首次设置', en: 'First setup' }

export const firstSetupPage = ({ why, name }: { why: string | null; name: string }): SitePage =>
  sitePage(
    TITLE,
    html`<p>${bilingual(
      '本枢纽还没有登记任何人。请输入启动时显示在服务器终端上的设置码，登记第一名管理员（系统管理员）。',
      'Nobody is registered at this hub yet. Enter the setup code that its start printed at the terminal of the server, and register the first administrator.',
    )}</p>
${why === null ? null : html`<p class="notice" role="alert" lang="zh-CN">${why}</p>`}
<form action="${linkTo('/desk/setup')}" method="post" class="search" autocomplete="off">
<div class="main">
<p><label for="setup-code">${bilingual('设置码', 'Setup code')}</label>
<input id="setup-code" name="code" type="text" required maxlength="100" autocapitalize="characters" autocomplete="off" spellcheck="false"></p>
<p><label for="setup-name">${bilingual('登录名', 'Name to sign in with')}</label>
<input id="setup-name" name="name" type="text" required maxlength="64" autocomplete="off" spellcheck="false" value="${name}"></p>
<p><button>${bilingual('登记', 'Register')}</button></p>
</div>
</form>
<p class="note"><a href="${linkTo(helpPath('new-office'))}">${bilingual('新机关怎样从零到第一条公示', 'How a new office gets to its first publication')}</a></p>`,
  )

export const firstAdministratorPage = ({ name, password }: { name: string; password: string }): SitePage =>
  sitePage(
    TITLE,
    html`<p class="good" role="status">${bilingual('已登记第一名管理员。', 'The first administrator is registered.')}</p>
<dl class="facts">
<div><dt>${bilingual('登录名', 'Name')}</dt><dd>${publishedText(name)}</dd></div>
<div><dt>${bilingual('一次性密码（只显示这一次）', 'One-time password (shown once)')}</dt><dd><code>${password}</code></dd></div>
</dl>
<p><a href="/desk">${bilingual('登录工作台', 'Sign in to the desk')}</a>${bilingual('：首次登录时自选密码，然后按“开始使用”办理以下各步。', ': choose a password of your own at the first sign-in, then follow the guide (开始使用).')}</p>`,
  )
