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
