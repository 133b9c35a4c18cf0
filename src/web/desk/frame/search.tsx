import { useApolloClient } from '@apollo/client/react'
import { type KeyboardEvent, type RefObject, useEffect, useId, useState } from 'react'
import { useNavigate } from 'react-router'
import { operatorPath } from '../pieces/code.js'
import { refusalSentence } from '../pieces/refusal.js'
import { useMay } from '../session/session.js'
import { findEverywhere, type SearchHit } from './find.js'

const PAUSE_MS = 250
const NAME_LEAST = 2
const CODE = /^(?:[0-9A-Z]{8,9}|[0-9A-Z]{13,18}|SHOP:\S+)$/i

export const OperatorSearch = ({ input }: { input: RefObject<HTMLInputElement | null> }) => {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [isOpen, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  /** Enter was pressed before the results arrived; the best match then opens on arrival. */
  const [isHasty, setHasty] = useState(false)
  const { options, words } = useFound(text.trim())
  const id = useId()
  const shown = isOpen ? options : []

  const go = (path: string | undefined) => {
    if (path === undefined) return
    setText('')
    setOpen(false)
    setHasty(false)
    input.current?.blur()
    void navigate(path)
  }
  const nearest = options[0]?.path
  // biome-ignore lint/correctness/useExhaustiveDependencies: once per result
  useEffect(() => {
    if (isHasty && nearest !== undefined) go(nearest)
  }, [isHasty, nearest])
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && shown.length > 0) {
      event.preventDefault()
      setAt((at + step + shown.length) % shown.length)
    } else if (event.key === 'Enter') {
      event.preventDefault()
      if (options.length > 0) go(options[at]?.path)
      else setHasty(true)
    } else if (event.key === 'Escape') setOpen(false)
  }
  return (
    <search className="search">
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="查找"
        aria-expanded={shown.length > 0}
        aria-controls={`${id}list`}
        aria-autocomplete="list"
        aria-activedescendant={shown[at] ? `${id}${at}` : undefined}
        placeholder="经营者名称或代码、文号、域名、协作事项、同事（按 / 键）"
        autoComplete="off"
        maxLength={100}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
          setOpen(true)
          setAt(0)
          setHasty(false)
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKey}
      />
      <div
        className={shown.length > 0 ? 'found-list' : 'found-list closed'}
        role="listbox"
        id={`${id}list`}
        aria-label="找到的"
      >
        {shown.map(({ path, name, note }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the combobox handles keys
          <div
            key={`${path} ${name}`}
            id={`${id}${i}`}
            role="option"
            tabIndex={-1}
            aria-selected={i === at}
            className="found"
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => go(path)}
          >
            <b>{name}</b>
            <span className="soft">{note}</span>
          </div>
        ))}
      </div>
      <span className={isOpen && words !== null ? 'found-words' : 'closed'} role="status">
        {isOpen ? words : ''}
      </span>
    </search>
  )
}

interface Matches {
  of: string
  options: SearchHit[]
  words: string | null
}

const useFound = (name: string): Matches => {
  const client = useApolloClient()
  const seesCases = useMay('see_moves')
  const [found, setFound] = useState<Matches>({ of: '', options: [], words: null })
  const isCode = CODE.test(name)
  useEffect(() => {
    if (isCode || name.length < NAME_LEAST) return
    let isOld = false
    const tell = (options: SearchHit[], words: string | null) => {
      if (!isOld) setFound({ of: name, options, words })
    }
    const timer = setTimeout(async () => {
      try {
        const hits = (await findEverywhere(client, name, seesCases)).flatMap(({ hits }) => hits)
        const all = { path: `/search?text=${encodeURIComponent(name)}`, name: '查看全部结果', note: '' }
        tell(
          hits.length === 0 ? [] : [...hits, all],
          hits.length === 0 ? '没有找到；可试简称、曾用名、代码或文号的开头。' : null,
        )
      } catch (error) {
        tell([], refusalSentence(error))
      }
    }, PAUSE_MS)
    return () => {
      isOld = true
      clearTimeout(timer)
    }
  }, [client, name, isCode, seesCases])
  if (isCode)
    return { of: name, options: [{ path: operatorPath({ uscc: name }), name: '打开此代码', note: name }], words: null }
  return found.of === name ? found : { of: name, options: [], words: null }
}
