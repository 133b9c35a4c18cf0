/** The nine prefectures of Jilin with their counties (GB/T 2260), and their market regulators. */
import { at, type Chance } from './chance.js'
import { usccOf } from './codes.js'

interface WorldPrefecture {
  code: string
  name: string
  short: string
  mark: string
  operators: number
  counties: readonly (readonly [code: string, name: string])[]
}

export interface WorldPlace {
  prefecture: string
  region: string
  city: string
  county: string
  /** Name of the county, else of the city, without its rank: 榆树, 长春. */
  short: string
  cityAndCounty: string
}

export interface Authority {
  name: string
  code: string
  mark: string
}

export const PREFECTURES: readonly WorldPrefecture[] = [
  {
    code: '2201',
    name: '长春市',
    short: '长春',
    mark: '长',
    operators: 80,
    counties: [
      ['220102', '南关区'],
      ['220103', '宽城区'],
      ['220104', '朝阳区'],
      ['220105', '二道区'],
      ['220106', '绿园区'],
      ['220112', '双阳区'],
      ['220113', '九台区'],
      ['220122', '农安县'],
      ['220182', '榆树市'],
      ['220183', '德惠市'],
      ['220184', '公主岭市'],
    ],
  },
  {
    code: '2202',
    name: '吉林市',
    short: '吉林市',
    mark: '吉市',
    operators: 45,
    counties: [
      ['220202', '昌邑区'],
      ['220203', '龙潭区'],
      ['220204', '船营区'],
      ['220211', '丰满区'],
      ['220221', '永吉县'],
      ['220281', '蛟河市'],
      ['220282', '桦甸市'],
      ['220283', '舒兰市'],
      ['220284', '磐石市'],
    ],
  },
  {
    code: '2203',
    name: '四平市',
    short: '四平',
    mark: '四',
    operators: 25,
    counties: [
      ['220302', '铁西区'],
      ['220303', '铁东区'],
      ['220322', '梨树县'],
      ['220323', '伊通满族自治县'],
      ['220382', '双辽市'],
    ],
  },
  {
    code: '2204',
    name: '辽源市',
    short: '辽源',
    mark: '辽',
    operators: 18,
    counties: [
      ['220402', '龙山区'],
      ['220403', '西安区'],
      ['220421', '东丰县'],
      ['220422', '东辽县'],
    ],
  },
  {
    code: '2205',
    name: '通化市',
    short: '通化',
    mark: '通',
    operators: 28,
    counties: [
      ['220502', '东昌区'],
      ['220503', '二道江区'],
      ['220521', '通化县'],
      ['220523', '辉南县'],
      ['220524', '柳河县'],
      ['220581', '梅河口市'],
      ['220582', '集安市'],
    ],
  },
  {
    code: '2206',
    name: '白山市',
    short: '白山',
    mark: '白山',
    operators: 22,
    counties: [
      ['220602', '浑江区'],
      ['220605', '江源区'],
      ['220621', '抚松县'],
      ['220622', '靖宇县'],
      ['220623', '长白朝鲜族自治县'],
      ['220681', '临江市'],
    ],
  },
  {
    code: '2207',
    name: '松原市',
    short: '松原',
    mark: '松',
    operators: 25,
    counties: [
      ['220702', '宁江区'],
      ['220721', '前郭尔罗斯蒙古族自治县'],
      ['220722', '长岭县'],
      ['220723', '乾安县'],
      ['220781', '扶余市'],
    ],
  },
  {
    code: '2208',
    name: '白城市',
    short: '白城',
    mark: '白城',
    operators: 22,
    counties: [
      ['220802', '洮北区'],
      ['220821', '镇赉县'],
      ['220822', '通榆县'],
      ['220881', '洮南市'],
      ['220882', '大安市'],
    ],
  },
  {
    code: '2224',
    name: '延边朝鲜族自治州',
    short: '延边',
    mark: '延州',
    operators: 35,
    counties: [
      ['222401', '延吉市'],
      ['222402', '图们市'],
      ['222403', '敦化市'],
      ['222404', '珲春市'],
      ['222405', '龙井市'],
      ['222406', '和龙市'],
      ['222424', '汪清县'],
      ['222426', '安图县'],
    ],
  },
]

const STREETS = ['霁川路', '槐岸街', '澍田大街', '柃木路', '北椽街', '云栈路', '穗安大街', '桦影路', '临屿街', '青蘅路']
const BUILDINGS = ['', '', '1号楼2单元', 'A座1206室', '3栋5号门市', '电商园2号库', '物流港B区17号']

export const placeIn = (prefecture: string, luck: Chance): WorldPlace =>
  placeOf(luck.pick(prefectureOf(prefecture).counties)[0])

export const placeOf = (region: string): WorldPlace => {
  const { code, name, short, counties } = prefectureOf(region.slice(0, 4))
  const county = counties.find(([one]) => one === region)?.[1]
  if (county === undefined) throw new Error(`no county ${region}`)
  return {
    prefecture: code,
    region,
    city: name,
    county,
    short: county.endsWith('区') ? short : shortCounty(county),
    cityAndCounty: `${name}${county}`,
  }
}

/** Short name of a county as firms use it: 前郭尔罗斯蒙古族自治县 is 前郭, 伊通满族自治县 is 伊通, 长白朝鲜族自治县 is 长白. */
const shortCounty = (county: string): string => (county.includes('族自治') ? county.slice(0, 2) : county.slice(0, -1))

const prefectureOf = (code: string): WorldPrefecture => {
  const found = PREFECTURES.find((one) => one.code === code)
  if (found === undefined) throw new Error(`no prefecture ${code}`)
  return found
}

export const addressIn = (place: WorldPlace, luck: Chance): string =>
  `吉林省${place.cityAndCounty}${luck.pick(STREETS)}${luck.whole(2, 998)}号${luck.pick(BUILDINGS)}`

export const authorityOf = (region: string): Authority => {
  const prefecture = prefectureOf(region.slice(0, 4))
  const place = placeOf(region)
  return {
    // A district's regulator has the city in its name, a county's has not: 长春市南关区…, 集安市….
    name: `${place.county.endsWith('区') ? place.cityAndCounty : place.county}市场监督管理局`,
    code: usccOf('11', region, 9000 + Number(region.slice(2))),
    mark: `${prefecture.mark}${at([...place.county], 0)}`,
  }
}

/** The prefecture's market regulator, which collects the decisions of its counties. */
export const collectorOf = (region: string): Authority => {
  const { code, name, mark } = prefectureOf(region.slice(0, 4))
  return { name: `${name}市场监督管理局`, code: usccOf('11', `${code}00`, 9000 + Number(`${code.slice(2)}00`)), mark }
}
