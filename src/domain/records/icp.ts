import { compactText, textOfValue } from '../../foundation/text/values.js'

const PROVINCES = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
const MAX_LENGTH = 60 // characters
/** Hyphens of common keyboards that NFKC leaves unchanged. */
const HYPHENS = /[‐‑‒–—―−]/gu
/** 备 filed, 证 licensed. Numbers before 2005 have six digits. -n is the n-th site, A an app, X a mini-program. */
const NUMBER = new RegExp(`^([${PROVINCES}])(ICP[备证])(\\d{6,8})号?(?:-(\\d{1,4})([A-Z]?))?$`, 'u')

export interface IcpNumber {
  number: string
  main: string
  site: number | null
}

export const parseIcpNumber = (value: unknown): IcpNumber | null => {
  const text = typeof value === 'boolean' ? null : textOfValue(value)
  if (text === null || text.length > MAX_LENGTH) return null
  const written = compactText(text)
    .replace(HYPHENS, '-')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase())
  const [, province, act, digits, site, suffix = ''] = NUMBER.exec(written) ?? []
  if (province === undefined || act === undefined || digits === undefined) return null
  const main = `${province}${act}${digits}号`
  if (site === undefined) return { number: main, main, site: null }
  const count = Number(site)
  return count === 0 ? null : { number: `${main}-${count}${suffix}`, main, site: count }
}
