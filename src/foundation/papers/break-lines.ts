/** Breaks between any two characters, but no closing mark begins a line and no opening mark ends one. */

export interface LinePiece {
  text: string
  blank: boolean
  width: number
}

const CLOSING = /^[，。、；：？！）》〉」』】〕〗”’…％%,.;:?!)\]}]/u
const OPENING = /[（《〈「『【〔〖“‘([{]$/u
const TOKEN = /[A-Za-z0-9@#&_./:+=~-]+|\s+|[\s\S]/gu

export const breakLines = (
  runs: readonly { text: string; blank: boolean }[],
  { width, indent, widthOf }: { width: number; indent: number; widthOf: (text: string) => number },
): LinePiece[][] => {
  const tokens = runs.flatMap(({ text, blank }) =>
    (text.match(TOKEN) ?? [])
      .flatMap((token) => (widthOf(token) > width ? [...token] : [token]))
      .map((token) => ({ text: token, blank, width: widthOf(token) })),
  )
  const lines: LinePiece[][] = [[]]
  let left = width - indent
  for (const token of tokens) {
    const line = lines.at(-1) as LinePiece[]
    if (token.width <= left || line.length === 0) {
      line.push(token)
      left -= token.width
      continue
    }
    const carried = carriedOver(line, token.text)
    lines.push([...carried, token].filter(({ text }, i) => i > 0 || text.trim() !== ''))
    left = width - sum(lines.at(-1) as LinePiece[])
  }
  return lines
}

const carriedOver = (line: LinePiece[], next: string): LinePiece[] => {
  const carried: LinePiece[] = []
  const first = () => carried[0]?.text ?? next
  while (line.length > 1 && (CLOSING.test(first()) || OPENING.test(line.at(-1)?.text ?? '')))
    carried.unshift(line.pop() as LinePiece)
  return carried
}

export const sum = (line: readonly LinePiece[]): number => line.reduce((all, { width }) => all + width, 0)
