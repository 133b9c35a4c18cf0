import { useEffect } from 'react'

export interface Shortcut {
  keys: string
  words: string
  does: () => void
}

/** Milliseconds between the two keys. */
const SECOND_MS = 1_000

export const WRITING = 'input, textarea, select, [contenteditable="true"], [role="dialog"] *, [role="combobox"]'

export const useShortcuts = (shortcuts: readonly Shortcut[]): void => {
  useEffect(() => {
    let before = { key: '', at: 0 }
    const onKey = (event: KeyboardEvent) => {
      const isWriting = event.target instanceof Element && event.target.matches(WRITING)
      if (isWriting || event.ctrlKey || event.metaKey || event.altKey) return
      const now = performance.now()
      const both = now - before.at < SECOND_MS ? `${before.key} ${event.key}` : event.key
      before = { key: event.key, at: now }
      const found = shortcuts.find(({ keys }) => keys === both) ?? shortcuts.find(({ keys }) => keys === event.key)
      if (found === undefined) return
      event.preventDefault()
      found.does()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [shortcuts])
}
