/** State of a page in its address: filters, sort, position. Whoever sends the link, reloads or goes back finds the same. */
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

type Value = string | number | boolean

/** The defaults say which members there are and of which type; what has its default does not stand in the address. */
export const useAddressState = <S extends Record<string, Value>>(
  defaults: S,
): [S, (change: Partial<S>, options?: { push?: boolean }) => void] => {
  const [params, setParams] = useSearchParams()
  // Defaults are written where the hook is called: an object anew each time, and always the same.
  const fixed = JSON.stringify(defaults)
  const state = useMemo(() => {
    const given = JSON.parse(fixed) as S
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, read(params.get(name), value)])) as S
  }, [params, fixed])
  const change = useCallback(
    (next: Partial<S>, { push = false } = {}) => {
      const given = JSON.parse(fixed) as S
      // Of the address as it is: what was drawn last may be older, and then of two quick changes the first would be lost.
      const after = new URLSearchParams(window.location.search)
      for (const [name, value] of Object.entries(next)) {
        if (value === undefined || value === given[name] || value === '') after.delete(name)
        else after.set(name, String(value))
      }
      setParams(after, { replace: !push, preventScrollReset: true })
    },
    [setParams, fixed],
  )
  return [state, change]
}

const read = (text: string | null, fallback: Value): Value => {
  if (text === null) return fallback
  if (typeof fallback === 'boolean') return text === 'true'
  if (typeof fallback === 'string') return text
  const number = Number(text)
  return Number.isFinite(number) ? number : fallback
}
