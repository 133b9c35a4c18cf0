/** Notes, totals and signatures below a table are dropped unless a row follows. */
import { compactText } from '../../foundation/text/values.js'

const LOOKED_AT = 40 // characters of a cell
const MOST_ROWS = 20 // rows
const LABELLED =
  /^(?:注|备注|附注|说明|填表说明|填表|填报|制表|编制|审核|复核|核对|负责|联系|电话|数据来源|资料来源|来源|数据|统计|截至|截止|打印|导出|单位)[\p{L}\d]{0,12}:/u
const COUNTED = /^(?:以上)?共(?:计|有)?\d{1,9}[条户家项件个]/u
const TOTAL = /^(?:合计|总计|共计|小计|总数|合计数)$/u
const NUMBER = /^[\d,.%]{1,20}[元万户条家项件个]{0,2}$/u

export const makeFooterFilter = <T>() => {
  let held: T[] = []
  return {
    due: (row: T, cells: readonly string[] | null): readonly T[] => {
      if (cells !== null && held.length < MOST_ROWS && (isFooter(cells) || (held.length > 0 && isAlone(cells)))) {
        held.push(row)
        return []
      }
      if (held.length === 0) return [row]
      const due = [...held, row]
      held = []
      return due
    },
  }
}

const isFooter = (cells: readonly string[]): boolean => {
  const first = cells.find(isFilled)
  if (first === undefined || !BEGIN.has(first.trim().charAt(0))) return false
  const filled = cells.filter(isFilled).map((cell) => compactText(cell.slice(0, LOOKED_AT)))
  const [label = '', ...others] = filled
  if (TOTAL.test(label)) return others.every((cell) => NUMBER.test(cell))
  return filled.every((cell) => LABELLED.test(cell) || COUNTED.test(cell))
}

const isAlone = (cells: readonly string[]): boolean => cells.filter(isFilled).length === 1

const isFilled = (cell: string): boolean => cell.trim() !== ''

const BEGIN = new Set('注备附说填制编审复核负联电数资来统截打导单以共合总小')
