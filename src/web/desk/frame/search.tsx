/** Finding an operator from anywhere: by a name, also a former, short or misspelt one, or by a code. */
import { useApolloClient } from '@apollo/client/react'
import { AutoComplete, Input, type InputRef } from 'antd'
import { type RefObject, useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { codeOf, operatorPath } from '../pieces/code.js'
import { sentenceOf } from '../pieces/refusal.js'
import { FindOperatorDocument, type FindOperatorQuery } from './search.generated.js'

/** After so long without a letter it is looked for, milliseconds; and from so many characters on. */
const PAUSE_MS = 250
const NAME_LEAST = 2
const CODE = /^(?:[0-9A-Z]{8,9}|[0-9A-Z]{13,18}|SHOP:\S+)$/i

export const OperatorSearch = ({ input }: { input: RefObject<InputRef | null> }) => {
  const client = useApolloClient()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [found, setFound] = useState<FindOperatorQuery['operators']['edges']>([])
  const [words, setWords] = useState<string | null>(null)
  const asked = useRef('')
  useEffect(() => {
    const name = text.trim()
    asked.current = name
    if (name.length < NAME_LEAST || CODE.test(name)) {
      setFound([])
      setWords(null)
      return
    }
    const timer = setTimeout(async () => {
      try {
        const { data } = await client.query({ query: FindOperatorDocument, variables: { name } })
        if (asked.current !== name) return
        setFound(data?.operators.edges ?? [])
        setWords(data?.operators.edges.length === 0 ? '没有找到；可试简称、曾用名或代码。' : null)
      } catch (error) {
        if (asked.current === name) setWords(sentenceOf(error))
      }
    }, PAUSE_MS)
    return () => clearTimeout(timer)
  }, [text, client])

  const open = (code: string) => {
    setText('')
    setFound([])
    input.current?.blur()
    void navigate(operatorPath({ uscc: code }))
  }
  const isCode = CODE.test(text.trim())
  return (
    <AutoComplete
      className="search"
      value={text}
      onChange={setText}
      onSelect={(code: string) => open(code)}
      notFoundContent={words}
      popupMatchSelectWidth={false}
      options={
        isCode
          ? [{ value: text.trim(), label: <span>打开代码 {text.trim()}</span> }]
          : found.map(({ node, match }) => ({
              value: codeOf(node),
              label: (
                <span className="found">
                  <b>{node.name ?? '（无名称）'}</b>
                  <span className="soft">
                    {codeOf(node)}
                    {match?.former ? ` · 曾用名 ${match.name}` : ''}
                  </span>
                </span>
              ),
            }))
      }
    >
      <Input.Search
        ref={input}
        aria-label="查找经营者"
        placeholder="查找经营者：名称或代码  /"
        onSearch={(value) => {
          const first = found[0]
          if (CODE.test(value.trim())) open(value.trim())
          else if (first) open(codeOf(first.node))
        }}
      />
    </AutoComplete>
  )
}
