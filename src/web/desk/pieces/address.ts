import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'

type AddressValue = string | number | boolean

export const useAddressState = <S extends Record<string, AddressValue>>(
  defaults: S,
): [S, (change: Partial<S>, options?: { push?: boolean }) => void] => {
  const [params, setParams] = useSearchParams()
  // Text is compared, because callers pass a new, equal object on every render.
  const fixed = JSON.stringify(defaults)
  const state = useMemo(() => {
    const given = JSON.parse(fixed) as S
    return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, read(params.get(name), value)])) as S
  }, [params, fixed])
  const change = useCallback(
    (next: Partial<S>, { push = false } = {}) => {
      const given = JSON.parse(fixed) as S
      // Reads the URL, because rendered state may be stale after two quick changes.
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

const read = (text: string | null, fallback: AddressValue): AddressValue => {
  if (text === null) return fallback
  if (typeof fallback === 'boolean') return text === 'true'
  if (typeof fallback === 'string') return text
  const number = Number(text)
  return Number.isFinite(number) ? number : fallback
}
