import { type ThemeConfig, theme } from 'antd'
import { useSyncExternalStore } from 'react'

/** Text on paper has a contrast of at least 4.5:1, parts of charts at least 3:1. */
export const COLOURS = {
  paper: '#ffffff',
  ink: '#1f1f1f',
  soft: '#595959',
  quiet: '#636363',
  line: '#d0d4da',
  edge: '#8a9099',
  ground: '#f6f7f9',
  sunk: '#eceef1',
  main: '#0b5cad',
  good: '#1f6f43',
  warn: '#8a5300',
  bad: '#b3261e',
  rest: '#8a94a6',
  slate: '#6b7280',
  amber: '#b26b00',
  violet: '#6b3fa0',
  mainTint: '#e8f1fb',
  goodTint: '#e8f5ed',
  warnTint: '#fff5e2',
  badTint: '#fdecea',
  halo: '#cfe2f6',
  faded: '#7fa3c9',
  shadow: '#00000033',
} as const

type Palette = Record<keyof typeof COLOURS, string>

const DARK: Palette = {
  paper: '#14181d',
  ink: '#e6e9ed',
  soft: '#b3bac4',
  quiet: '#a7afba',
  line: '#39424c',
  edge: '#7d8894',
  ground: '#1b2128',
  sunk: '#262d35',
  main: '#78b6f5',
  good: '#77d09d',
  warn: '#f0b768',
  bad: '#ff9d94',
  rest: '#7d8798',
  slate: '#9aa4b1',
  amber: '#dda04a',
  violet: '#bba0ea',
  mainTint: '#1b2f45',
  goodTint: '#163023',
  warnTint: '#372810',
  badTint: '#3d1d1b',
  halo: '#24476b',
  faded: '#4f7ba6',
  shadow: '#000000aa',
}

export const GRADE_COLOURS = { A: COLOURS.good, B: COLOURS.main, C: COLOURS.warn, D: COLOURS.bad } as const

export const SCHEMES = ['auto', 'light', 'dark'] as const
type SchemeChoice = (typeof SCHEMES)[number]

const KEPT_AS = 'desk.scheme'
const system = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

const schemeChoice = (): SchemeChoice => SCHEMES.find((one) => one === localStorage.getItem(KEPT_AS)) ?? 'auto'

const isDark = (): boolean => schemeChoice() === 'dark' || (schemeChoice() === 'auto' && system.matches)

export const giveColoursToStyles = (): void => {
  const { style } = document.documentElement
  style.colorScheme = isDark() ? 'dark' : 'light'
  for (const [name, colour] of Object.entries(isDark() ? DARK : COLOURS))
    style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour)
  for (const listener of listeners) listener()
}

export const chooseScheme = (choice: SchemeChoice): void => {
  localStorage.setItem(KEPT_AS, choice)
  giveColoursToStyles()
}

system.addEventListener('change', giveColoursToStyles)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useIsDark = (): boolean => useSyncExternalStore(subscribe, isDark)

export const useSchemeChoice = (): SchemeChoice => useSyncExternalStore(subscribe, schemeChoice)

const IN_DARK = new Map(
  Object.entries(COLOURS).map(([name, colour]) => [colour as string, DARK[name as keyof Palette]]),
)

export const paintOption = <T>(option: T, dark: boolean): T => {
  if (!dark) return option
  if (typeof option === 'string') return (IN_DARK.get(option) ?? option) as T
  if (Array.isArray(option)) return option.map((one) => paintOption(one, dark)) as T
  if (option === null || typeof option !== 'object' || Object.getPrototypeOf(option) !== Object.prototype) return option
  return Object.fromEntries(Object.entries(option).map(([name, value]) => [name, paintOption(value, dark)])) as T
}

/** The dark algorithm dims the seeds, which are chosen for their contrast. */
const keepColours =
  (of: Palette): typeof theme.darkAlgorithm =>
  (seed, map = theme.darkAlgorithm(seed)) => ({
    ...map,
    colorPrimary: of.main,
    colorPrimaryBg: of.mainTint,
    colorLink: of.main,
    colorInfo: of.main,
    colorSuccess: of.good,
    colorWarning: of.warn,
    colorError: of.bad,
  })

export const antdTheme = (dark: boolean): ThemeConfig => {
  const of: Palette = dark ? DARK : COLOURS
  return {
    algorithm: dark ? [theme.darkAlgorithm, keepColours(of)] : theme.defaultAlgorithm,
    token: {
      colorPrimary: of.main,
      colorLink: of.main,
      colorLinkHover: of.ink,
      colorLinkActive: of.ink,
      colorError: of.bad,
      colorWarning: of.warn,
      colorSuccess: of.good,
      colorInfo: of.main,
      colorText: of.ink,
      colorTextSecondary: dark ? of.soft : '#4a4a4a',
      colorTextTertiary: of.soft,
      colorTextQuaternary: of.quiet,
      colorTextPlaceholder: of.quiet,
      colorTextDescription: of.soft,
      colorTextDisabled: dark ? of.quiet : '#666666',
      colorErrorBg: of.badTint,
      colorErrorBorder: dark ? '#7d3a35' : '#e6aaa4',
      colorWarningBg: of.warnTint,
      colorWarningBorder: dark ? '#6d5122' : '#dfbd88',
      colorSuccessBg: of.goodTint,
      colorSuccessBorder: dark ? '#2f6045' : '#9cc9b0',
      colorInfoBg: of.mainTint,
      colorInfoBorder: dark ? '#33577c' : '#a8c7e8',
      ...(dark && {
        colorBgContainer: of.paper,
        colorBgElevated: of.ground,
        colorBgSpotlight: of.ink,
        colorTextLightSolid: of.paper,
        colorBorder: of.edge,
      }),
      borderRadius: 4,
      fontFamily:
        'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", "SimSun-ExtB", sans-serif',
      motion: false,
    },
  }
}
