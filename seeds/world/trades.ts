/** Trades of online sellers in Jilin: names, trademark classes, products and test failures. */

export interface Trade {
  key: string
  words: readonly string[]
  /** Category on the marketplace, and 产品种类 (kind of product) of a test. */
  category: string
  scope: string
  classes: readonly { class: number; goods: readonly string[] }[]
  products: readonly { name: string; models: readonly string[]; failures: readonly string[] }[]
  /** Prefectures where the trade is at home; absent for a trade found anywhere. */
  home?: readonly string[]
}

export const TRADES: readonly Trade[] = [
  {
    key: 'ginseng',
    words: ['人参', '参业', '参茸'],
    category: '滋补特产',
    scope: '人参、鹿茸及其他中药材（不含饮片）种植、收购、销售',
    classes: [
      { class: 5, goods: ['人参', '药用植物根', '中药材'] },
      { class: 30, goods: ['人参茶', '人参蜜片', '以植物为主的饮料用制剂'] },
    ],
    products: [
      { name: '生晒参', models: ['100g/盒', '250g/盒'], failures: ['二氧化硫残留量', '五氯硝基苯残留量'] },
      { name: '红参片', models: ['60g/瓶', '20片/盒'], failures: ['人参皂苷含量', '二氧化硫残留量'] },
      { name: '人参蜜片', models: ['12片/盒'], failures: ['菌落总数', '标签'] },
    ],
    home: ['2205', '2206', '2224'],
  },
  {
    key: 'deer',
    words: ['鹿业', '鹿茸', '梅花鹿制品'],
    category: '滋补特产',
    scope: '梅花鹿养殖；鹿茸、鹿副产品销售',
    classes: [
      { class: 5, goods: ['鹿茸', '鹿鞭膏', '药用胶'] },
      { class: 29, goods: ['鹿肉', '鹿筋（食品）'] },
    ],
    products: [
      { name: '鹿茸片', models: ['10g/盒', '30g/盒'], failures: ['水分', '铬'] },
      { name: '鹿骨胶糕', models: ['200g/盒'], failures: ['铬', '标签'] },
    ],
    home: ['2201', '2204'],
  },
  {
    key: 'rice',
    words: ['米业', '大米', '粮油'],
    category: '粮油米面',
    scope: '粮食收购、销售；预包装食品销售',
    classes: [
      { class: 30, goods: ['米', '谷类制品', '面粉'] },
      { class: 31, goods: ['未加工的稻', '谷种'] },
    ],
    products: [
      { name: '稻花香大米', models: ['5kg/袋', '10kg/袋'], failures: ['镉（以Cd计）', '净含量'] },
      { name: '小町大米', models: ['2.5kg/袋', '5kg/袋'], failures: ['碎米率', '净含量'] },
    ],
    home: ['2201', '2202', '2207', '2208', '2224'],
  },
  {
    key: 'fungus',
    words: ['木耳', '菌业', '山珍'],
    category: '山货干果',
    scope: '食用菌种植、收购、销售；林副产品销售',
    classes: [
      { class: 29, goods: ['干食用菌', '木耳', '榛蘑'] },
      { class: 31, goods: ['新鲜蘑菇', '菌种'] },
    ],
    products: [
      { name: '秋木耳', models: ['250g/袋', '500g/袋'], failures: ['水分', '二氧化硫残留量'] },
      { name: '榛蘑', models: ['200g/袋'], failures: ['镉（以Cd计）', '水分'] },
      { name: '猴头菇', models: ['150g/袋'], failures: ['二氧化硫残留量', '水分'] },
    ],
    home: ['2202', '2206', '2224'],
  },
  {
    key: 'blueberry',
    words: ['蓝莓', '浆果', '果业'],
    category: '生鲜果蔬',
    scope: '水果种植、收购、销售；果汁饮料销售',
    classes: [
      { class: 31, goods: ['新鲜蓝莓', '新鲜浆果'] },
      { class: 32, goods: ['蓝莓汁', '果汁饮料'] },
    ],
    products: [
      { name: '蓝莓原浆', models: ['30ml×10袋', '245ml/瓶'], failures: ['菌落总数', '原果汁含量'] },
      { name: '蓝莓果干', models: ['100g/罐'], failures: ['山梨酸及其钾盐', '菌落总数'] },
    ],
    home: ['2202', '2205', '2206'],
  },
  {
    key: 'grain',
    words: ['杂粮', '农产品', '鲜食玉米'],
    category: '粮油米面',
    scope: '谷物、豆类、薯类收购、销售；初级农产品销售',
    classes: [{ class: 30, goods: ['玉米（磨过的）', '豆粉', '燕麦片'] }],
    products: [
      { name: '鲜食糯玉米', models: ['220g×8穗/箱'], failures: ['净含量', '菌落总数'] },
      { name: '黄小米', models: ['500g/袋', '2.5kg/袋'], failures: ['水分', '不完善粒'] },
      { name: '绿豆', models: ['1kg/袋'], failures: ['不完善粒', '水分'] },
    ],
    home: ['2203', '2207', '2208'],
  },
  {
    key: 'clothes',
    words: ['服饰', '服装', '针织'],
    category: '服装鞋帽',
    scope: '服装服饰、针纺织品、鞋帽销售',
    classes: [{ class: 25, goods: ['服装', '童装', '鞋', '围巾'] }],
    products: [
      { name: '羽绒服', models: ['170/88A', '175/92A'], failures: ['绒子含量', '纤维含量'] },
      { name: '针织保暖内衣', models: ['165/90', '175/100'], failures: ['纤维含量', 'pH值'] },
      { name: '儿童卫衣', models: ['120/60', '130/64'], failures: ['绳带要求', 'pH值'] },
    ],
  },
  {
    key: 'socks',
    words: ['袜业', '针纺'],
    category: '服装鞋帽',
    scope: '袜子、针纺织品生产、销售',
    classes: [{ class: 25, goods: ['袜', '连裤袜', '内衣'] }],
    products: [
      { name: '棉袜', models: ['24-26cm', '22-24cm'], failures: ['纤维含量', '耐摩擦色牢度'] },
      { name: '连裤袜', models: ['均码'], failures: ['可分解致癌芳香胺染料', '纤维含量'] },
    ],
    home: ['2204'],
  },
  {
    key: 'baby',
    words: ['母婴用品', '婴童'],
    category: '母婴用品',
    scope: '母婴用品、玩具、日用百货销售',
    classes: [
      { class: 28, goods: ['玩具', '积木'] },
      { class: 12, goods: ['婴儿车', '儿童安全座椅'] },
    ],
    products: [
      { name: '婴儿推车', models: ['T3', 'T5 Plus'], failures: ['制动装置', '小零件'] },
      { name: '毛绒玩具', models: ['35cm', '50cm'], failures: ['小零件', '邻苯二甲酸酯'] },
      { name: '婴幼儿三角巾', models: ['均码'], failures: ['甲醛含量', 'pH值'] },
    ],
  },
  {
    key: 'digital',
    words: ['数码', '智能科技', '电子'],
    category: '数码家电',
    scope: '电子产品、通讯设备、计算机软硬件及辅助设备销售',
    classes: [{ class: 9, goods: ['移动电源', '耳机', '数据线', '充电器'] }],
    products: [
      { name: '移动电源', models: ['10000mAh', '20000mAh'], failures: ['有效输出容量', '过充保护'] },
      { name: '电源适配器', models: ['65W', '20W'], failures: ['电源端子骚扰电压', '跌落'] },
      { name: '蓝牙耳机', models: ['A2', 'Air3'], failures: ['辐射骚扰', '标志和说明'] },
    ],
  },
  {
    key: 'cosmetics',
    words: ['化妆品', '美妆', '日化'],
    category: '美妆个护',
    scope: '化妆品、日用化学品、洗涤用品销售',
    classes: [{ class: 3, goods: ['化妆品', '面膜', '护肤霜', '洗发液'] }],
    products: [
      { name: '人参保湿面膜', models: ['25ml×5片'], failures: ['防腐剂含量', '标签成分与检出不符'] },
      { name: '亮肤乳', models: ['120ml/瓶'], failures: ['汞', '标签成分与检出不符'] },
      { name: '防晒霜', models: ['SPF30 50g', 'SPF50 50g'], failures: ['标签成分与检出不符', '防晒指数'] },
    ],
  },
  {
    key: 'cars',
    words: ['汽车用品', '车品', '汽配'],
    category: '汽车用品',
    scope: '汽车零配件、汽车装饰用品销售',
    classes: [
      { class: 12, goods: ['汽车座套', '汽车脚垫', '刹车片'] },
      { class: 4, goods: ['发动机油', '润滑油'] },
    ],
    products: [
      { name: '刹车片', models: ['前轮 D1210', '后轮 D905'], failures: ['摩擦系数', '剪切强度'] },
      { name: '汽车脚垫', models: ['全包围', '丝圈'], failures: ['燃烧性能', '甲醛含量'] },
      { name: '玻璃水', models: ['-25℃ 1.8L', '-40℃ 1.8L'], failures: ['冰点', '甲醇含量'] },
    ],
    home: ['2201', '2203'],
  },
  {
    key: 'pickles',
    words: ['泡菜', '民俗食品', '冷面食品'],
    category: '休闲食品',
    scope: '预包装食品、酱腌菜、速冻面米制品销售',
    classes: [
      { class: 29, goods: ['泡菜', '腌制蔬菜', '明太鱼（非活）'] },
      { class: 30, goods: ['冷面', '打糕', '辣椒酱'] },
    ],
    products: [
      { name: '辣白菜', models: ['500g/袋', '1kg/桶'], failures: ['苯甲酸及其钠盐', '大肠菌群'] },
      { name: '荞麦冷面', models: ['640g/袋'], failures: ['脱氢乙酸及其钠盐', '菌落总数'] },
      { name: '即食明太鱼片', models: ['200g/袋'], failures: ['甜蜜素', '菌落总数'] },
    ],
    home: ['2224'],
  },
  {
    key: 'home',
    words: ['家居', '日用品', '百货'],
    category: '家居日用',
    scope: '日用百货、家居用品、厨房用具销售',
    classes: [{ class: 21, goods: ['保温杯', '家用器皿', '清洁用具'] }],
    products: [
      { name: '不锈钢保温杯', models: ['500ml', '350ml'], failures: ['保温效能', '重金属迁移量'] },
      { name: '电热毯', models: ['150×180cm 90W'], failures: ['非正常工作', '标志和说明'] },
      { name: '木质筷子', models: ['10双/盒'], failures: ['二氧化硫浸出量', '霉菌'] },
    ],
  },
]

export const tradeOf = (key: string): Trade => {
  const found = TRADES.find((trade) => trade.key === key)
  if (found === undefined) throw new Error(`no trade ${key}`)
  return found
}
