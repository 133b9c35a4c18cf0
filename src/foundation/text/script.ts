/** OpenCC's own converter also replaces phrases and characters beyond one UTF-16 unit. */
import TRADITIONAL from 'opencc-js/dict/TSCharacters'

const simple = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit)
for (const pair of TRADITIONAL.split('|')) {
  const [from = '', to = ''] = pair.split(' ')
  if (from.length === 1 && to.length === 1) simple[from.charCodeAt(0)] = to.charCodeAt(0)
}
/** A few simple characters are themselves traditional forms of another: 薴 is 苧, and 苧 is 苎. */
for (const [unit, to] of simple.entries()) simple[unit] = simple[to] ?? to

export const toSimplified = (text: string): string => {
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (simple[unit] !== unit) return changed(text)
  }
  return text
}

const changed = (text: string): string =>
  String.fromCharCode(...Array.from({ length: text.length }, (_, at) => simple[text.charCodeAt(at)] ?? 0))
