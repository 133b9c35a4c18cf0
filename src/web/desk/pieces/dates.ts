const ZONE = 'Asia/Shanghai'
const DAY = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short' })
const INSTANT = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' })
const EXACT = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'medium' })
const TIME = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, timeStyle: 'short' })
const WEEKDAY = new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, weekday: 'short' })
const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

export const instantText = (at: string | null | undefined): string => {
  if (at == null) return '—'
  return at.length === 10 ? at : INSTANT.format(new Date(at))
}
export const exactInstantText = (at: string): string => EXACT.format(new Date(at))
export const clockTimeText = (at: string): string => TIME.format(new Date(at))
const dayOf = (at: string | Date): string => DAY.format(new Date(at))
export const today = (): string => dayOf(new Date())
export const dayText = (date: string | null | undefined): string =>
  date == null ? '—' : `${date} ${WEEKDAY.format(new Date(`${date}T04:00:00Z`))}`

export const daysUntil = (date: string): number => Math.round((Date.parse(date) - Date.parse(today())) / DAY_MS)

export const daysUntilText = (date: string): string => {
  const days = daysUntil(date)
  if (days === 0) return '今天'
  return days > 0 ? `还有 ${days} 天` : `已过 ${-days} 天`
}

const minutesSince = (at: string): number => Math.floor((Date.now() - Date.parse(at)) / MINUTE_MS)

export const waitedText = (at: string): string => {
  const minutes = minutesSince(at)
  if (minutes < 1) return '不到 1 分钟'
  if (minutes < 60) return `${minutes} 分钟`
  return minutes < 1_440 ? `${Math.floor(minutes / 60)} 小时` : `${Math.floor(minutes / 1_440)} 天`
}

export const agoText = (at: string | null | undefined): string => {
  if (at == null) return '—'
  return minutesSince(at) < 1 ? '刚刚' : `${waitedText(at)}前`
}
