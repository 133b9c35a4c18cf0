export interface Violation {
  violation: string
  facts: string
  basis: string
  types: readonly string[]
  /** Possible fines in yuan. */
  fines: readonly number[]
  confiscations?: readonly number[]
  licence?: string
  /** Trades in which it occurs; absent for any trade. */
  trades?: readonly string[]
}

const FOOD = ['ginseng', 'deer', 'rice', 'fungus', 'blueberry', 'grain', 'pickles']

export const LIGHT: readonly Violation[] = [
  {
    violation: '未在首页显著位置持续公示营业执照信息',
    facts: '当事人在网店首页未公示营业执照信息及其链接标识，责令限期改正后已改正。',
    basis: '《中华人民共和国电子商务法》第十五条第一款、第七十六条第一款第（一）项',
    types: ['警告'],
    fines: [],
  },
  {
    violation: '未在首页显著位置持续公示营业执照信息',
    facts: '当事人经责令限期改正，逾期仍未在网店首页公示营业执照信息。',
    basis: '《中华人民共和国电子商务法》第十五条第一款、第七十六条第一款第（一）项',
    types: ['罚款'],
    fines: [1000, 2000, 3000],
  },
  {
    violation: '发布违法广告',
    facts: '当事人在“{product}”商品详情页对产地、用途的表示不准确、不清楚，已自行改正。',
    basis: '《中华人民共和国广告法》第八条第一款、第五十九条第一款第（一）项',
    types: ['罚款'],
    fines: [2000, 3000, 5000],
  },
  {
    violation: '未按规定明码标价',
    facts: '当事人网店销售“{product}”，标示的划线价不能提供真实交易依据。',
    basis: '《中华人民共和国价格法》第十三条、第四十二条',
    types: ['罚款'],
    fines: [500, 1000, 2000],
  },
  {
    violation: '未建立并遵守进货查验记录制度',
    facts: '当事人不能提供所售“{product}”的供货者许可证和产品合格证明文件，未建立进货查验记录。',
    basis: '《中华人民共和国食品安全法》第五十三条、第一百二十六条第一款第（三）项',
    types: ['警告'],
    fines: [],
    trades: FOOD,
  },
  {
    violation: '经营标签不符合规定的食品',
    facts: '当事人销售的“{product}”标签未标注生产日期、贮存条件。',
    basis: '《中华人民共和国食品安全法》第六十七条、第一百二十五条第一款第（二）项',
    types: ['罚款', '没收违法所得、没收非法财物'],
    fines: [5000, 5000, 8000],
    confiscations: [126.5, 480, 1032.88],
    trades: FOOD,
  },
  {
    violation: '销售不合格产品',
    facts: '当事人销售的“{product}”经监督抽查判定为不合格，货值金额较小，已主动召回。',
    basis: '《中华人民共和国产品质量法》第三十九条、第五十条',
    types: ['罚款', '没收违法所得、没收非法财物'],
    fines: [1500, 3200, 6000],
    confiscations: [88, 365.4, 2210],
  },
  {
    violation: '对消费者提出的退货要求无理拒绝',
    facts: '当事人网店销售“{product}”，对七日内提出的无理由退货要求拖延、拒绝。',
    basis: '《中华人民共和国消费者权益保护法》第二十五条、第五十六条第一款第（八）项',
    types: ['警告', '罚款'],
    fines: [5000, 8000, 10000],
  },
]

export const HEAVY: readonly Violation[] = [
  {
    violation: '经营超过保质期的食品，情节严重',
    facts: '当事人两年内三次销售超过保质期的“{product}”，拒不改正。',
    basis: '《中华人民共和国食品安全法》第三十四条第（十）项、第一百二十四条第一款第（五）项',
    types: ['罚款', '吊销许可证件'],
    fines: [120000],
    licence: '食品经营许可证',
  },
  {
    violation: '销售不符合保障人体健康和人身、财产安全的国家标准的产品',
    facts: '当事人销售的“{product}”安全项目不合格，公告后经复查仍不合格。',
    basis: '《中华人民共和国产品质量法》第十三条第二款、第十七条第一款、第四十九条',
    types: ['责令停产停业', '罚款', '没收违法所得、没收非法财物'],
    fines: [86000],
    confiscations: [21450],
  },
  {
    violation: '利用虚假的价格手段，诱骗消费者与其进行交易',
    facts: '当事人在促销期间虚构“{product}”原价，成交量大，且伪造交易记录逃避调查。',
    basis: '《中华人民共和国价格法》第十四条第（四）项、第四十条第一款；《价格违法行为行政处罚规定》第七条',
    types: ['罚款'],
    fines: [400000],
  },
  {
    violation: '以不合格产品冒充合格产品',
    facts: '当事人伪造检验报告，以不合格“{product}”冒充合格产品在网上销售，货值金额较大。',
    basis: '《中华人民共和国产品质量法》第三十九条、第五十条',
    types: ['责令停产停业', '罚款', '没收违法所得、没收非法财物'],
    fines: [260000],
    confiscations: [98600.5],
  },
]

export const COUNTERFEITS: Violation = {
  violation: '销售侵犯注册商标专用权的商品；销售假冒商品',
  facts:
    '当事人自2025年11月至2026年5月，明知“{product}”为假冒他人注册商标的商品，仍通过网店销售4218件，违法经营额612300元；曾因发布虚假广告受过行政处罚，五年内再次违法，并在调查期间转移库存。',
  basis: '《中华人民共和国商标法》第五十七条第（三）项、第六十条第二款',
  types: ['罚款', '没收违法所得、没收非法财物'],
  fines: [500000],
  confiscations: [183690],
}
/** Nothing says whether it is a heavier penalty. */
export const LARGE_FINE: Violation = {
  violation: '对商品作虚假的商业宣传',
  facts: '当事人组织虚假交易，虚构“{product}”的销售状况和用户评价，虚假订单2160笔。',
  basis: '《中华人民共和国反不正当竞争法》第八条第一款、第二十条第一款',
  types: ['罚款'],
  fines: [220000, 300000, 350000],
}
export const FALSE_CLAIMS: Violation = {
  violation: '发布虚假广告',
  facts: '当事人在“{product}”商品页面宣称“七日祛斑”，不能提供任何依据，广告费用5000元。',
  basis: '《中华人民共和国广告法》第二十八条第二款第（二）项、第五十五条第一款',
  types: ['罚款'],
  fines: [20000],
}
