import type { SetupStepName } from './setup.generated.js'

interface StepWords {
  how: string
  links: readonly { to: string; text: string }[]
}

export const STEP_WORDS: Record<SetupStepName, StepWords> = {
  ADMINISTRATORS: {
    how: '系统管理员登记人员和系统，安全管理员确认。按“登记人员”，角色选“管理员”，职责选“安全管理”；登记后显示一次性密码，当面交给本人，本人在另一台电脑或者另一个浏览器登录并自选密码。前两名管理员登记即生效，此后的登记都须另一人确认。',
    links: [{ to: '/administration/people', text: '登记人员' }],
  },
  OFFICERS: {
    how: '至少一名经办人和另一名复核人：案件由一人办理、另一人复核。登记时把一次性密码当面交给本人；由安全管理员在“人员”页确认以后，本人才能登录。',
    links: [{ to: '/administration/people', text: '登记人员' }],
  },
  SITE: {
    how: '主办单位、地址、电话、备案号，显示在公开页面上。由一名管理员提出、另一名确认。',
    links: [{ to: '/administration/settings', text: '本机关设置' }],
  },
  AUTHORITIES: {
    how: '各决定机关的地址、电话、复议机关、管辖法院和缴款银行，填入每一份文书。由一名管理员提出、另一名确认。',
    links: [{ to: '/administration/authorities', text: '机关资料' }],
  },
  REGISTER: {
    how: '先有企业或者个体工商户的登记信息，其他数据才能归到主体名下。设定信源单位的地址，或者上传文件：首次上传的文件含有全部主体的，选“这是全量”。',
    links: [
      { to: '/administration/settings', text: '设定地址' },
      { to: '/intake/uploads', text: '上传文件' },
    ],
  },
  FEEDS: {
    how: '其次为行政处罚（列入名单的依据），再次为许可、商标、抽检等。有了行政处罚即可往下办；暂时没有来源的可以以后补。',
    links: [
      { to: '/administration/settings', text: '设定地址' },
      { to: '/intake/uploads', text: '上传文件' },
      { to: '/intake/feeds', text: '数据源' },
    ],
  },
  PLATFORMS: {
    how: '地址和密钥由平台运行单位提供。试运行先用平台的测试环境：设定其地址、密钥，并选“地址是否为测试环境”为“是”；其他地址在声明正式运行以前收不到新增和变更。至少一个平台即可往下办。',
    links: [{ to: '/administration/settings', text: '设定地址和密钥' }],
  },
  SCORE: {
    how: '有了数据以后每五分钟自动评分；也可在时刻表中对“评分”按“立即运行”。评分以后，较重的行政处罚成为“名单案件”中的线索。',
    links: [{ to: '/administration/timetable', text: '时刻表' }],
  },
  RULES: {
    how: '规则中未见原文的，由两人对照公开文本核实。宜在第一个案件以前办：案件的期限和文书引用规则，未核实的标明“未经核实”。没有核实也可以先试办一个案件，声明正式运行以后则不得公示。',
    links: [{ to: '/administration/confirmations', text: '规则核实' }],
  },
  CASE: {
    how: '经办人登录，在“名单案件”的线索中打开一件，按“提出列入建议”。试运行宜用虚构的企业；声明正式运行以前，公开页面和签名清单都标明“试运行”。',
    links: [{ to: '/listings?state=LEAD', text: '名单案件：线索' }],
  },
  PUBLICATION: {
    how: '案件依次告知、复核、决定、送达、公示，各人在“待办”中看到轮到自己的一步；公示后名单每分钟出一期，测试环境随即收到。',
    links: [{ to: '/listings', text: '名单案件' }],
  },
  SERVICE: {
    how: '先移出试运行的条目：经办人或者复核人打开公示中的案件，按“立即暂停公示”，种类选“疑有错误”；另一人在自己的“待办”中“确认暂停公示”；然后一人“移出”，移出原因选“更正”，填文号和事由。再把信用平台的测试环境换成正式地址；“检查”显示“没有缺项”以后，在“本机关设置”声明。声明以后，未经核实的规则不得据以公示，新增和变更开始推送到各信用平台。',
    links: [
      { to: '/listings?state=PUBLISHED', text: '公示中的案件' },
      { to: '/administration/settings', text: '本机关设置' },
      { to: '/administration/doctor', text: '检查' },
    ],
  },
}

const FEED_ORDER = ['registry', 'individuals', 'penalties', 'shops', 'permits', 'trademarks', 'quality', 'food']

export const compareFeeds = (a: string, b: string): number => place(a) - place(b)

const place = (feed: string): number => FEED_ORDER.indexOf(feed) + 1 || FEED_ORDER.length + 1
