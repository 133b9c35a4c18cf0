/** The pictures of `/help`: who looks at which part of which page, after doing what. They are taken in this order. */
import type { Page } from 'playwright-core'
import { samplePdf } from './sample-papers.js'

export interface HelpShot {
  name: string
  /** A person of the desk, `party` followed by a case, or nobody. */
  by: string
  /** `{name}` stands for what the demo made. */
  path: string
  ready: string
  /** Elements that the picture holds together. */
  parts: readonly string[]
  does?: (page: Page, known: Record<string, string>) => Promise<unknown>
  /** Done after the picture, for a later one. */
  after?: (page: Page) => Promise<unknown>
  /** Greatest height in pixels. */
  most?: number
}

const [OFFICER, REVIEWER, SYSTEMS, SECURITY] = ['王经办', '李复核', '赵管理', '孙安全']
const panel = (id: string) => `section[aria-labelledby="${id}"]`
const paper = (name: string) => ({ name, mimeType: 'application/pdf', buffer: samplePdf() })

const withdrawAndWriteAgain = async (page: Page): Promise<void> => {
  await page.getByRole('link', { name: '撤回申请' }).click()
  await page.getByRole('button', { name: '确认撤回修复申请' }).click()
  await page.locator('#text').fill('罚款已于当月缴清；召回并销毁了全部侵权商品，赔偿了消费者；承诺今后依法经营。')
}

const sendRepair = async (page: Page): Promise<void> => {
  await page.locator('#repair-file').setInputFiles([paper('缴款凭证.pdf'), paper('整改验收.pdf')])
  await page.getByRole('button', { name: '提交申请' }).click()
  await page.getByText('已提交的材料').first().waitFor()
}

const writeObjection = async (page: Page): Promise<void> => {
  const penalty = await page.locator('#record option', { hasText: '行政处罚' }).first().getAttribute('value')
  await page.locator('#record').selectOption(penalty ?? '')
  await page.locator('#statement').fill('该处罚决定已于上月经行政复议撤销，复议决定书见附件。')
}

const sendObjection = async (page: Page): Promise<void> => {
  await page.locator('#objection-file').setInputFiles([paper('复议决定书.pdf')])
  await page.getByRole('button', { name: '提交异议' }).click()
  await page.getByRole('link', { name: '撤回异议' }).waitFor()
}

const openRejectsTogether = async (page: Page): Promise<void> => {
  const row = page.getByRole('button', { name: /第 2 行/ }).first()
  await row.click()
  await page.getByRole('button', { name: /^成批更正同样的问题/ }).click()
  await page.getByRole('dialog').getByLabel('更正的理由').fill('据决定书原件补正')
}

const openStep = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name: new RegExp(`^${name}`) }).click()
  await page.locator('form.move-form').waitFor()
}

const previewUpload = async (page: Page, { file = '' }: Record<string, string>): Promise<void> => {
  const given = { name: '十一月处罚补报.csv', mimeType: 'text/csv', buffer: Buffer.from(file) }
  await page.locator('.drop-zone input').setInputFiles(given)
  await page.getByRole('button', { name: /^预\s?览$/ }).click()
  await page.locator('section[aria-label="预览"]').waitFor()
}

const checkCodes = async (page: Page): Promise<void> => {
  await page.locator('#codes').fill('91220102MAYWR8T958\n91220582MAYXUTDE9L\n91220101MA0000000X')
  await page.getByRole('button', { name: '核验', exact: true }).click()
  await page.locator('main table').waitFor()
}

const verifyAuditLog = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: '校验全部痕迹' }).click()
  await page.getByText(/全部 .* 行都与写下时一致/).waitFor()
}

const removeAndFollow = async (page: Page, { scored = '' }: Record<string, string>): Promise<void> => {
  const form = page.locator('form.move-form')
  await form.getByLabel('移出原因').click()
  await page.getByTitle(/^撤销/).last().click()
  await form.getByLabel('事由').fill('所依据的处罚决定经行政复议撤销')
  await form.getByRole('button', { name: '确认移出' }).click()
  await page.getByText(/^已办理：移出/).waitFor()
  await page.goto(`/desk/deliveries/retractions?listing=${scored}`)
  await page.locator('section[aria-label="所选撤回"] table').first().waitFor()
}

const fillAssist = async (page: Page): Promise<void> => {
  await page.getByLabel('单位所在地区').first().click()
  await page.keyboard.type('辽宁省')
  await page.getByTitle('辽宁省', { exact: true }).last().click()
  await page.getByLabel('交由哪个单位办理').click()
  await page.getByTitle('辽宁省市场监督管理厅').last().click()
  await page.getByLabel('协查内容').fill('请协助核实虚构商行的进货票据')
}

/** The pictures stand in the order in which they are taken. */
export const HELP_SHOTS: readonly HelpShot[] = [
  {
    name: 'case-page',
    by: OFFICER,
    path: '/desk/listings/{defence}',
    ready: panel('process'),
    parts: ['.page-head', panel('process')],
  },
  {
    name: 'hearing',
    by: OFFICER,
    path: '/desk/listings/{defence}',
    ready: panel('process'),
    does: openStep('答复陈述申辩'),
    parts: [panel('keeper'), panel('deeds')],
  },
  {
    name: 'hidden-case',
    by: REVIEWER,
    path: '/desk/listings/{hidden}',
    ready: panel('keeper'),
    does: openStep('确认暂停公示'),
    parts: [panel('deeds')],
  },
  {
    name: 'my-repair',
    by: 'repair',
    path: '/my/listings/{repair}',
    ready: 'main',
    does: withdrawAndWriteAgain,
    parts: ['main fieldset.act'],
    after: sendRepair,
  },
  {
    name: 'repair',
    by: OFFICER,
    path: '/desk/listings/{repair}',
    ready: panel('deadlines'),
    does: openStep('受理修复申请'),
    parts: [panel('deeds')],
  },
  {
    name: 'my-objection',
    by: 'scored',
    path: '/my',
    ready: '#statement',
    does: writeObjection,
    parts: ['#objections', 'main fieldset.act'],
    after: sendObjection,
  },
  {
    name: 'objection',
    by: REVIEWER,
    path: '/desk/listings/objections',
    ready: 'main article',
    parts: ['.page-head', 'main article'],
    most: 900,
  },
  {
    name: 'rejects-together',
    by: OFFICER,
    path: '/desk/intake/rejects?feed=penalties',
    ready: '.picked h2',
    does: openRejectsTogether,
    parts: ['[role="dialog"] .ant-modal-container, [role="dialog"] .ant-modal-content, [role="dialog"]'],
  },
  {
    name: 'setup-guide',
    by: SYSTEMS,
    path: '/desk/administration/setup',
    ready: 'ol.stack li',
    parts: ['.page-head', 'ol.stack'],
    most: 520,
  },
  {
    name: 'people',
    by: SECURITY,
    path: '/desk/administration/people',
    ready: 'tr.row',
    parts: ['.page-head', '.fit'],
    most: 520,
  },
  {
    name: 'account',
    by: REVIEWER,
    path: '/desk/account',
    ready: '.account-panel',
    parts: ['.page-head', '.account-panel'],
  },
  {
    name: 'upload-preview',
    by: SYSTEMS,
    path: '/desk/intake/uploads?feed=penalties',
    ready: '.drop-zone',
    does: previewUpload,
    parts: ['main .stack'],
    most: 900,
  },
  { name: 'developers', by: '', path: '/developers', ready: 'main h2', parts: ['main'], most: 560 },
  { name: 'find', by: '', path: '/blacklist?name=%E9%95%BF%E6%98%A5', ready: 'main form', parts: ['main'], most: 620 },
  { name: 'check', by: '', path: '/check', ready: '#codes', does: checkCodes, parts: ['main'], most: 640 },
  { name: 'verify', by: '', path: '/verify', ready: '#code', parts: ['main'], most: 620 },
  { name: 'data', by: '', path: '/data', ready: 'main h2', parts: ['main'], most: 640 },
  { name: 'pilots', by: '', path: '/pilots', ready: 'main h2', parts: ['main'], most: 640 },
  { name: 'my-record', by: 'scored', path: '/my', ready: '.mine', parts: ['main'], most: 700 },
  {
    name: 'my-defence',
    by: 'notified',
    path: '/my/listings/{notified}',
    ready: '#defence-text',
    does: (page) =>
      page.locator('#defence-text').fill('所列商品由供货商提供并附有授权书，我方不知其为侵权商品，见附件。'),
    parts: ['.facts', 'main fieldset.act'],
    most: 900,
  },
  {
    name: 'certificate',
    by: 'removed',
    path: '/my/listings/{removed}/certificate',
    ready: '.facts',
    parts: ['main'],
    most: 640,
  },
  { name: 'today', by: OFFICER, path: '/desk', ready: '.panels table', parts: ['main#page'], most: 700 },
  { name: 'absence', by: OFFICER, path: '/desk/worklist', ready: panel('absences'), parts: [panel('absences')] },
  { name: 'reminders', by: OFFICER, path: '/desk/reminders', ready: '.panel', parts: ['main#page'], most: 700 },
  { name: 'cases', by: OFFICER, path: '/desk/listings', ready: 'tr.row', parts: ['main#page'], most: 560 },
  {
    name: 'papers',
    by: OFFICER,
    path: '/desk/listings/{scored}',
    ready: panel('documents'),
    parts: [panel('documents')],
    most: 560,
  },
  {
    name: 'access-code',
    by: OFFICER,
    path: '/desk/operator/{scored firm}',
    ready: panel('door'),
    parts: [panel('door')],
  },
  {
    name: 'concern',
    by: OFFICER,
    path: '/desk/listings/concerns',
    ready: 'main article',
    parts: ['main#page'],
    most: 520,
  },
  {
    name: 'operator',
    by: OFFICER,
    path: '/desk/operator/{scored firm}',
    ready: 'canvas',
    parts: ['main#page'],
    most: 700,
  },
  {
    name: 'override',
    by: REVIEWER,
    path: '/desk/overrides',
    ready: 'main article',
    parts: ['main#page'],
    most: 420,
  },
  {
    name: 'seller-lists',
    by: OFFICER,
    path: '/desk/sellers',
    ready: 'main table',
    parts: ['.page-head', 'main table'],
  },
  {
    name: 'identity',
    by: OFFICER,
    path: '/desk/intake/identity?feed=penalties',
    ready: 'table.compare',
    parts: ['.picked'],
    most: 760,
  },
  {
    name: 'deliveries',
    by: OFFICER,
    path: '/desk/deliveries',
    ready: 'main .panels, main .panel',
    parts: ['main#page'],
    most: 700,
  },
  {
    name: 'settings',
    by: SECURITY,
    path: '/desk/administration/settings',
    ready: 'section[aria-label^="待确认"]',
    parts: ['.page-head', 'section[aria-label^="待确认"]', 'section[aria-label="网站"]'],
  },
  {
    name: 'calendar',
    by: OFFICER,
    path: '/desk/administration/calendar',
    ready: 'table.month',
    parts: ['.page-head', 'section[aria-label="修订日历"]', 'table.month'],
    most: 760,
  },
  {
    name: 'timetable',
    by: OFFICER,
    path: '/desk/administration/timetable',
    ready: 'table.jobs',
    parts: ['main#page'],
    most: 620,
  },
  {
    name: 'trial',
    by: OFFICER,
    path: '/desk/scorecards/trial?version={card}',
    ready: 'canvas',
    parts: ['main#page'],
    most: 700,
  },
  {
    name: 'audit-log',
    by: '周审计',
    path: '/desk/administration/audit-log',
    ready: 'tr.row',
    does: verifyAuditLog,
    parts: ['.page-head', 'section[aria-label="校验"]', 'section[aria-label="痕迹"]'],
    most: 620,
  },
  {
    name: 'matter-open',
    by: OFFICER,
    path: '/desk/matters/open?kind=assist',
    ready: 'form.move-form',
    does: fillAssist,
    parts: ['main#page'],
    most: 700,
  },
  {
    name: 'matter',
    by: OFFICER,
    path: '/desk/matters/{matter}',
    ready: 'section[aria-label="现在可以办理"]',
    does: openStep('告知延期'),
    parts: ['main#page'],
    most: 1_000,
  },
  {
    name: 'measure',
    by: '钱财政',
    path: '/desk/matters/{measure}',
    ready: 'section[aria-label="现在可以办理"]',
    does: openStep('登记解除'),
    parts: ['main#page'],
    most: 1_000,
  },
  {
    name: 'retraction',
    by: REVIEWER,
    path: '/desk/listings/{scored}?deed=removeListing',
    ready: 'form.move-form',
    does: removeAndFollow,
    parts: ['section[aria-label="所选撤回"]'],
  },
]
