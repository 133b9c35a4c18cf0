/** Shorter names may be one letter away from a variable of another program. */
const MISSPELT_LEAST = 10

/** True where a letter is too many, missing or wrong, or two are exchanged. */
export const isMisspelling = (name: string, known: string): boolean => {
  if (name === known || known.length < MISSPELT_LEAST || Math.abs(name.length - known.length) > 1) return false
  let same = 0
  while (name[same] === known[same]) same++
  const [tail, knownTail] = [name.slice(same), known.slice(same)]
  if (name.length < known.length) return tail === knownTail.slice(1)
  if (name.length > known.length) return tail.slice(1) === knownTail
  const isSwap = tail[0] === knownTail[1] && tail[1] === knownTail[0]
  return tail.slice(1) === knownTail.slice(1) || (isSwap && tail.slice(2) === knownTail.slice(2))
}
