import type { ThemeConfig } from 'antd'

/** Text on white has a contrast of at least 4.5:1, parts of charts at least 3:1. */
export const COLOURS = {
  paper: '#ffffff',
  ink: '#1f1f1f',
  soft: '#595959',
  quiet: '#636363',
  line: '#d0d4da',
  edge: '#8a9099',
  ground: '#f6f7f9',
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
} as const

export const GRADE_COLOURS = { A: COLOURS.good, B: COLOURS.main, C: COLOURS.warn, D: COLOURS.bad } as const

/** Sets each colour as a CSS custom property: `mainTint` becomes `--main-tint`. */
export const giveColoursToStyles = (): void => {
  const { style } = document.documentElement
  for (const [name, colour] of Object.entries(COLOURS))
    style.setProperty(`--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, colour)
}

export const ANTD_THEME: ThemeConfig = {
  token: {
    colorPrimary: COLOURS.main,
    colorLink: COLOURS.main,
    colorError: COLOURS.bad,
    colorWarning: COLOURS.warn,
    colorSuccess: COLOURS.good,
    colorInfo: COLOURS.main,
    colorTextSecondary: '#4a4a4a',
    colorTextTertiary: COLOURS.soft,
    colorTextQuaternary: COLOURS.quiet,
    colorTextPlaceholder: COLOURS.quiet,
    colorTextDescription: COLOURS.soft,
    colorTextDisabled: '#666666',
    colorErrorBg: COLOURS.badTint,
    colorErrorBorder: '#e6aaa4',
    colorWarningBg: COLOURS.warnTint,
    colorWarningBorder: '#dfbd88',
    colorSuccessBg: COLOURS.goodTint,
    colorSuccessBorder: '#9cc9b0',
    colorInfoBg: COLOURS.mainTint,
    colorInfoBorder: '#a8c7e8',
    borderRadius: 4,
    fontFamily:
      'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "HanaMinA", "HanaMinB", "SimSun-ExtB", sans-serif',
    motion: false,
  },
}
