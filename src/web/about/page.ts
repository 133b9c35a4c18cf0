import { type Request, Router } from 'express'
import type { ListKind } from '../../domain/listing/lists.js'
import type { SiteIdentity } from '../../domain/office/settings.js'
import { Refusal } from '../../foundation/errors.js'
import { shanghaiDate } from '../../foundation/time/dates.js'
import { listRuleTables, type RulesInForce, type RuleTable } from '../../work/calendar/rules.js'
import { renderDate } from '../blacklist/page.js'
import {
  addressInLanguage,
  bilingualParagraphs,
  type Html,
  html,
  linkTo,
  publishedText,
  section,
} from '../frame/html.js'
import { bilingual, type SitePage, sitePage } from '../frame/page.js'
import { languageOf, type SiteOffice, sendPage } from '../frame/render-response.js'
import { RULE_TABLE_WORDS } from '../words/rule-words.js'
import { CONFIRMED_LABEL, rowCountsOf, ruleTablePage, UNCONFIRMED_LABEL } from './rule-page.js'

interface AboutContent {
  lists: readonly ListKind[]
  tables: readonly RuleTable[]
  demo: boolean
  auditMonths: number | null
  site: SiteIdentity
}

const rulesPath = (name: string): string => `/about/rules/${encodeURIComponent(name)}`

const aboutPage = (shown: AboutContent): SitePage =>
  sitePage(
    { zh: '关于、依据与投诉', en: 'About, legal bases, complaints' },
    html`${bilingualParagraphs(
      '本站公示电子商务经营者严重失信名单，供任何人免费、免登录查询，并供被列入者了解原因、期限和退出途径。名单由各决定机关依法作出，本站按其决定公示、到期停止公示。',
      'This site publishes the blacklist of e-commerce operators, free and without log-in, and lets whoever is listed see why, until when, and how to get off. Entries are decided by the authorities named in them; this site shows them as decided, and stops at their end.',
    )}
${bases(shown)}
${rules(shown)}
${complaints(shown)}
${privacy(shown)}
${ACCESSIBILITY}
${standIn(shown)}`,
  )

const bases = ({ lists }: AboutContent): Html =>
  section('bases', '法定依据', 'Legal bases')`
${lists.map(
  (list) => html`<h3>${bilingual(list.zh, list.en)}</h3>
<ul>${list.legalBasis.map(({ title, number, articles, from, to: until, mark }) => html`<li>${publishedText(`《${title}》`)}${number && publishedText(`（${number}）`)}${articles && publishedText(articles)}${bilingual('，', ', ')}${inForce(from, until)} ${mark === 'F' ? CONFIRMED_LABEL : UNCONFIRMED_LABEL}</li>\n`)}</ul>\n`,
)}`

const inForce = (from: string | null, until: string | null): Html => {
  if (until !== null)
    return html`${from === null ? '…' : renderDate(from)}${bilingual('至', ' to ')}${renderDate(until)}`
  if (from === null) return bilingual('现行', 'in force')
  return html`${bilingual('自 ', 'from ')}${renderDate(from)}${bilingual(' 起', ' on')}`
}

const rules = ({ tables }: AboutContent): Html => section('rules', '规则表', 'Rule tables')`
<p>${bilingual('期限、名单、惩戒措施等规则都是注明出处和施行期间的数据。未见于公开文本、也没有由本机关两人核对原文的，一律标为“未经核实”，不作为法律依据引用；发现有误的，请告知。', 'Times, lists and measures are data, each with its source and its days. What was neither found in a published text nor held against it by two persons of this office is marked unconfirmed, and cited as no law; tell us what is wrong.')}</p>
<dl class="facts">${tables.map((one) => {
  const { rows, open } = rowCountsOf(one)
  return html`<div><dt><a href="${linkTo(rulesPath(one.name))}">${bilingual(RULE_TABLE_WORDS[one.name] ?? one.name, one.name)}</a></dt><dd>${bilingual(one.about.zh, one.about.en)}<br><small>${bilingual(`${rows} 条`, rows === 1 ? '1 row' : `${rows} rows`)}${bilingual('，', ', ')}${open === 0 ? bilingual('均见于公开文本', 'all found in published texts') : bilingual(`未经核实 ${open} 处`, `${open} unconfirmed`)}</small></dd></div>\n`
})}</dl>
<p>${bilingual('评分的规则见', 'The rules of the score:')} <a href="${linkTo('/scorecard')}">${bilingual('评分卡', 'scorecard')}</a>${bilingual('。评分卡的权重是本枢纽的建议，未见法定标准。', '. Its weights are proposals of this hub: no legal standard for them was found.')}</p>`

const complaints = ({ site }: AboutContent): Html => section('complaints', '异议与投诉', 'Objections and complaints')`
<ul>
<li>${bilingual('对某条名单记录：向该记录所列的决定机关提出异议；不服决定的，可依法申请行政复议或者提起行政诉讼。', 'About an entry: object to the deciding authority named in it; against the decision, reconsideration or a suit is open as the law says.')}</li>
<li>${bilingual('被列入或被评分的本人：凭登录码在', 'Whoever is listed or scored:')} <a href="${linkTo('/my')}">${bilingual('我的记录', 'My record')}</a>${bilingual('查看全部信息及出处、提出异议、申请信用修复。', ' shows, by access code, the whole file with sources, and takes objections and applications for repair.')}</li>
<li>${bilingual('移出后仍被他人使用：持移出证明（在“我的记录”下载）要求停止使用；台账记载告知了谁、谁尚未确认。', 'Used by others after the removal: show them the signed certificate (from My record); a ledger says who was told, and who has not confirmed.')}</li>
<li>${bilingual('对本站本身：', 'About this site itself: ')}${contacts(site)}</li>
</ul>`

const contacts = ({ operator, address, telephone, email, hours }: SiteIdentity): Html => {
  const lines: [zh: string, en: string, text: string | null][] = [
    ['主办单位', 'run by', operator],
    ['地址', 'address', address],
    ['电话', 'telephone', telephone],
    ['电子邮箱', 'e-mail', email],
    ['接待时间', 'open', hours],
  ]
  const told = lines.filter(([, , text]) => text !== null)
  if (told.length === 0)
    return bilingual('请向名单记录所列的决定机关反映。', 'turn to the deciding authority named in an entry.')
  return html`${told.map(([zh, en, text], i) => html`${i === 0 ? null : bilingual('；', '; ')}${bilingual(zh, en)} ${publishedText(text ?? '')}`)}`
}

const privacy = ({ auditMonths }: AboutContent): Html => section(
  'privacy',
  '隐私：记录什么、保存多久',
  'Privacy: what is kept, and for how long',
)`
<dl class="facts">
<div><dt>${bilingual('公开页面', 'Public pages')}</dt><dd>${bilingual('不设 Cookie、不用脚本、不载入他处内容。日志每次请求一行：时刻、方法、路径、状态、用时；路径中的身份证号已替换，网址参数（所查的名称）不记。被拒绝的请求另记来源地址。', 'No cookie, no script, nothing from elsewhere. The log has one line a request: instant, method, path, status, time taken; ID numbers in a path are replaced, and parameters (names looked for) are left out. Of requests that were refused it has the address too.')}</dd></div>
<div><dt>${bilingual('批量核验', 'Check')}</dt><dd>${bilingual('所交内容只用于当次答复，不保存、不记日志。', 'What is sent is used for that answer alone: neither stored nor logged.')}</dd></div>
<div><dt>${bilingual('次数限制', 'Quotas')}</dt><dd>${bilingual('运行单位设有限额的，每分钟按来源地址计数。', 'Where its operator sets a quota, requests are counted by address and minute.')}</dd></div>
<div><dt>${bilingual('我的记录', 'My record')}</dt><dd>${bilingual('登录期间一个 Cookie；会话只存其校验值。每次查看和办理在痕迹中留一行。', 'One cookie while signed in, of which only a hash is stored. Every look and every act leaves a row in the audit log.')}</dd></div>
<div><dt>${bilingual('痕迹', 'The audit log')}</dt><dd>${auditMonths === null ? bilingual('留存期限未定。', 'How long it is kept is not set.') : bilingual(`对已登录者的每次答复各有一行，逐行以校验值相连；内容保存 ${auditMonths} 个月后抹去，校验值保留。`, `A row for each answer to whoever is signed in, chained by hashes; its content is erased after ${auditMonths} months, the hashes stay.`)} <a href="${linkTo(rulesPath('audit-log'))}">${bilingual('规则及出处', 'the rule and its source')}</a></dd></div>
<div><dt>${bilingual('个人信息', 'Personal data')}</dt><dd>${bilingual('身份证号写入之前即替换为种类和用密钥算出的校验值；公示的内容隐去自然人的证件号、电话、住址等。', 'ID numbers are replaced by their kind and a keyed hash before anything is written; what is published masks ID numbers, telephones and addresses of natural persons.')}</dd></div>
<div><dt>${bilingual('移出之后', 'After a removal')}</dt><dd>${bilingual('页面答复 410，不再载明是谁；各种格式中只留编号和日期。', 'The page answers 410 and names nobody; other forms keep only the number and the day.')}</dd></div>
</dl>`

const ACCESSIBILITY = section('accessibility', '无障碍声明', 'Accessibility')`
${bilingualParagraphs(
  '目标是 WCAG 2.1 的 AA 级。全部页面不用脚本，可只用键盘操作，窄至 360 像素不左右滚动，支持深色和打印；每次修改由 axe-core 在真实浏览器中检查（含最佳实践规则），要求零违例。自动检查不能代替真人评测：尚未由残障用户或第三方评测。',
  'The aim is level AA of WCAG 2.1. No page needs a script; all work by keyboard, at 360 pixels without scrolling sideways, in the dark and in print; at every change axe-core, with its best-practice rules, must find nothing in a real browser. That is no test by people: neither disabled users nor a third party have judged this site yet.',
)}
<p>${bilingual('条目、理由、文书以公布的中文为准，不另译；所用机关文件中的生僻字取决于您设备上的字体。', 'Entries, reasons and documents are shown in the Chinese in which they were published; whether rare characters show depends on the fonts of your device.')}</p>`

const standIn = ({ demo }: AboutContent): Html => section('stand-in', '哪些是替代的', 'What is stand-in')`
<ul>
${demo ? html`<li>${bilingual('此处为演示：信源单位和信用平台都是本机的替身，企业、处罚、名单全部虚构。', 'This is a demonstration: agencies and platforms are stand-ins on this machine, and all firms, penalties and entries are invented.')}</li>` : null}
<li>${bilingual('向全国和省级信用平台推送的格式依公开资料写成，未与真实平台联调。', 'The messages to national and provincial platforms follow what was found in public; they have not been tried with the real ones.')}</li>
<li>${bilingual('签名用 ES256（国际算法），未用国密 SM2；证明不是电子印章。', 'Signatures are ES256, not the national SM2; a certificate from here bears no electronic seal.')}</li>
<li>${bilingual('省级地方规定的公示期限、异议期限多未见原文，见规则表的标记。', 'Times set by provincial rules were mostly not found in the original: see the marks in the tables.')}</li>
</ul>`

interface AboutDependencies {
  office: SiteOffice
  rules: RulesInForce
  demo: boolean
  nowOf: (request: Request) => Date
}

const RENAMED: Record<string, string> = { trail: 'audit-log', restoration: 'recovery' }

export const aboutRouter = (parts: AboutDependencies): Router => {
  const router = Router()
  router.get('/about', (request, response) => {
    const { rules, demo, office, nowOf } = parts
    const site = office.site()
    const auditMonths = auditMonthsOn(shanghaiDate(nowOf(request)))
    sendPage(
      parts,
      request,
      response,
      aboutPage({ lists: rules.lists, tables: listRuleTables(null, rules), demo, auditMonths, site }),
    )
  })
  router.get('/about/rules/:name', (request, response) => {
    const now = RENAMED[request.params.name]
    if (now !== undefined)
      return response.redirect(301, addressInLanguage(`/about/rules/${now}`, {}, languageOf(request)))
    const found = listRuleTables(null, parts.rules).find(({ name }) => name === request.params.name)
    if (found === undefined) throw new Refusal('NOT_FOUND')
    sendPage(parts, request, response, ruleTablePage(found))
  })
  return router
}

const auditMonthsOn = (day: string): number | null => {
  const auditLog = listRuleTables(day).find(({ name }) => name === 'audit-log')
  const [row] = auditLog?.sections.find(({ name }) => name === 'retention')?.rows ?? []
  const months = Number(row?.fields.find(({ name }) => name === 'months')?.value)
  return Number.isInteger(months) && months > 0 ? months : null
}
