/**
 * Paths are relative to /desk. Each page is a folder `pages/NAME/`: `index.tsx` exports the component, `NAME.graphql`
 * holds its queries and becomes `NAME.generated.ts`.
 */
import type { ComponentType } from 'react'
import type { Act } from '../../domain/access/viewer.js'

export const PAGE_SECTIONS = ['工作', '主体与名单', '信源接入', '推送', '评价', '管理'] as const
type Section = (typeof PAGE_SECTIONS)[number]

export interface DeskPage {
  path: string
  title: string
  section?: Section
  /** Any one of these permissions opens the page. */
  acts: readonly Act[]
  load: () => Promise<{ default: ComponentType }>
  key?: string
}

export const DESK_PAGES: readonly DeskPage[] = [
  {
    path: '',
    title: '今日',
    section: '工作',
    acts: ['see_operations'],
    key: 't',
    load: () => import('./pages/today/index.js'),
  },
  {
    path: 'worklist',
    title: '待办',
    section: '工作',
    acts: ['see_queue'],
    key: 'w',
    load: () => import('./pages/worklist/index.js'),
  },
  {
    path: 'matters',
    title: '协作事项',
    section: '工作',
    acts: ['see_matters'],
    key: 'm',
    load: () => import('./pages/matters/index.js'),
  },
  {
    path: 'matters/open',
    title: '发起协作事项',
    acts: ['open_matter'],
    load: () => import('./pages/matters/open.js'),
  },
  {
    path: 'matters/figures',
    title: '事项统计',
    section: '工作',
    acts: ['see_matter_figures'],
    load: () => import('./pages/figures/index.js'),
  },
  {
    path: 'matters/:id',
    title: '协作事项',
    acts: ['see_matters'],
    load: () => import('./pages/matters/matter.js'),
  },
  {
    path: 'operators',
    title: '经营者',
    section: '主体与名单',
    acts: ['see_operations'],
    key: 'o',
    load: () => import('./pages/operators/index.js'),
  },
  {
    path: 'search',
    title: '查找',
    acts: ['see_operations'],
    load: () => import('./pages/search/index.js'),
  },
  {
    path: 'operator/:code',
    title: '经营者',
    acts: ['see_operations'],
    load: () => import('./pages/operator/index.js'),
  },
  {
    path: 'operator/:code/report',
    title: '公共信用信息报告',
    acts: ['see_operations'],
    load: () => import('./pages/operator/report-page.js'),
  },
  {
    path: 'listings',
    title: '名单案件',
    section: '主体与名单',
    acts: ['see_moves'],
    key: 'l',
    load: () => import('./pages/listings/index.js'),
  },
  {
    path: 'listings/concerns',
    title: '待核事项',
    section: '主体与名单',
    acts: ['see_moves'],
    load: () => import('./pages/concerns/index.js'),
  },
  {
    path: 'listings/objections',
    title: '异议',
    section: '主体与名单',
    acts: ['see_objections'],
    load: () => import('./pages/objections/index.js'),
  },
  {
    path: 'watch-list',
    title: '重点关注名单',
    section: '主体与名单',
    acts: ['see_watch_list'],
    load: () => import('./pages/watch-list/index.js'),
  },
  {
    path: 'authorisations',
    title: '授权',
    section: '主体与名单',
    acts: ['see_moves'],
    load: () => import('./pages/authorisations/index.js'),
  },
  {
    path: 'sellers',
    title: '平台卖家名单',
    section: '主体与名单',
    acts: ['see_moves'],
    load: () => import('./pages/sellers/index.js'),
  },
  {
    path: 'overrides',
    title: '等级调整',
    section: '评价',
    acts: ['see_moves'],
    load: () => import('./pages/overrides/index.js'),
  },
  {
    path: 'listings/:id',
    title: '名单记录',
    acts: ['see_moves'],
    load: () => import('./pages/listing/index.js'),
  },
  {
    path: 'intake/feeds',
    title: '数据源',
    section: '信源接入',
    acts: ['see_operations'],
    key: 'f',
    load: () => import('./pages/intake/feeds.js'),
  },
  {
    path: 'intake/feeds/:feed',
    title: '数据源',
    acts: ['see_operations'],
    load: () => import('./pages/intake/feed.js'),
  },
  {
    path: 'intake/feeds/:feed/maps',
    title: '表头映射',
    acts: ['see_operations'],
    load: () => import('./pages/intake/maps.js'),
  },
  {
    path: 'intake/runs/:id',
    title: '运行',
    acts: ['see_operations'],
    load: () => import('./pages/intake/run.js'),
  },
  {
    path: 'intake/rejects',
    title: '拒收条目',
    section: '信源接入',
    acts: ['see_rejects'],
    key: 'j',
    load: () => import('./pages/intake/rejects.js'),
  },
  {
    path: 'intake/identity',
    title: '身份认定',
    section: '信源接入',
    acts: ['see_queue'],
    key: 'i',
    load: () => import('./pages/intake/identity.js'),
  },
  {
    path: 'intake/merge',
    title: '合并主体',
    acts: ['decide_identity'],
    load: () => import('./pages/intake/merge.js'),
  },
  {
    path: 'intake/uploads',
    title: '上传',
    section: '信源接入',
    acts: ['send_records'],
    key: 'u',
    load: () => import('./pages/intake/uploads.js'),
  },
  {
    path: 'deliveries',
    title: '推送',
    section: '推送',
    acts: ['see_operations'],
    key: 'd',
    load: () => import('./pages/deliveries/index.js'),
  },
  {
    path: 'deliveries/retractions',
    title: '撤回台账',
    section: '推送',
    acts: ['see_operations'],
    load: () => import('./pages/retractions/index.js'),
  },
  {
    path: 'deliveries/timeliness',
    title: '推送及时率',
    section: '推送',
    acts: ['see_operations'],
    load: () => import('./pages/timeliness/index.js'),
  },
  {
    path: 'deliveries/discrepancies',
    title: '比对与不符',
    section: '推送',
    acts: ['see_operations'],
    load: () => import('./pages/discrepancies/index.js'),
  },
  {
    path: 'deliveries/webhooks',
    title: '平台回调',
    section: '推送',
    acts: ['see_webhooks'],
    load: () => import('./pages/webhooks/index.js'),
  },
  {
    path: 'deliveries/:id',
    title: '一件推送',
    acts: ['see_operations'],
    load: () => import('./pages/delivery/index.js'),
  },
  {
    path: 'scorecards',
    title: '评分卡',
    section: '评价',
    acts: ['see_trials'],
    key: 's',
    load: () => import('./pages/scorecards/index.js'),
  },
  {
    path: 'scorecards/trial',
    title: '试算',
    section: '评价',
    acts: ['see_trials'],
    load: () => import('./pages/scorecard-trial/index.js'),
  },
  {
    path: 'scorecards/:version',
    title: '一张评分卡',
    acts: ['see_trials'],
    load: () => import('./pages/scorecard/index.js'),
  },
  {
    path: 'reminders',
    title: '提醒设置',
    acts: ['be_notified'],
    load: () => import('./pages/reminders/index.js'),
  },
  {
    path: 'administration/reminders',
    title: '提醒渠道',
    section: '管理',
    acts: ['see_registered'],
    load: () => import('./pages/administration/reminders/index.js'),
  },
  {
    path: 'administration/setup',
    title: '开始使用',
    section: '管理',
    acts: ['see_office'],
    load: () => import('./pages/administration/setup/index.js'),
  },
  {
    path: 'administration/doctor',
    title: '检查',
    section: '管理',
    acts: ['see_office'],
    load: () => import('./pages/administration/doctor/index.js'),
  },
  {
    path: 'administration/clients',
    title: '系统',
    section: '管理',
    acts: ['see_registered'],
    load: () => import('./pages/administration/clients/index.js'),
  },
  {
    path: 'administration/people',
    title: '人员',
    section: '管理',
    acts: ['see_registered'],
    load: () => import('./pages/administration/people/index.js'),
  },
  {
    path: 'administration/authorities',
    title: '机关资料',
    section: '管理',
    acts: ['see_authorities'],
    load: () => import('./pages/administration/authorities/index.js'),
  },
  {
    path: 'administration/lockouts',
    title: '登录锁定',
    section: '管理',
    acts: ['see_lockouts'],
    load: () => import('./pages/administration/lockouts/index.js'),
  },
  {
    path: 'administration/timetable',
    title: '时刻表',
    section: '管理',
    acts: ['see_operations'],
    load: () => import('./pages/administration/timetable/index.js'),
  },
  {
    path: 'administration/calendar',
    title: '工作日历',
    section: '管理',
    acts: ['see_rules'],
    load: () => import('./pages/administration/calendar/index.js'),
  },
  {
    path: 'administration/rules',
    title: '规则表',
    section: '管理',
    acts: ['see_rules'],
    load: () => import('./pages/administration/rules/index.js'),
  },
  {
    path: 'administration/settings',
    title: '本机关设置',
    section: '管理',
    acts: ['see_office'],
    load: () => import('./pages/administration/settings/index.js'),
  },
  {
    path: 'administration/confirmations',
    title: '规则核实',
    section: '管理',
    acts: ['see_rules'],
    load: () => import('./pages/administration/confirmations/index.js'),
  },
  {
    path: 'administration/audit-log',
    title: '查询痕迹',
    section: '管理',
    acts: ['see_audit_log'],
    load: () => import('./pages/administration/audit-log/index.js'),
  },
  {
    path: 'administration/restored',
    title: '数据库恢复',
    section: '管理',
    acts: ['see_operations'],
    load: () => import('./pages/administration/restored/index.js'),
  },
  {
    path: 'account',
    title: '我的账号',
    acts: ['see_itself'],
    load: () => import('./pages/account/index.js'),
  },
]

export const pageAt = (path: string): DeskPage | null =>
  DESK_PAGES.find((page) => matches(page.path, path.replace(/^\/+|\/+$/g, ''))) ?? null

const matches = (pattern: string, path: string): boolean => {
  const [wanted, given] = [pattern.split('/'), path.split('/')]
  return wanted.length === given.length && wanted.every((part, i) => part.startsWith(':') || part === given[i])
}
