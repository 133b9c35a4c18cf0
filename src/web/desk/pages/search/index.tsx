import { useApolloClient } from '@apollo/client/react'
import { useEffect, useState } from 'react'
import { Link } from 'react-router'
import { findEverywhere, type SearchGroup, SHORTEST_SEARCH } from '../../frame/find.js'
import { useAddressState } from '../../pieces/address.js'
import { EmptyNotice, LoadingNotice } from '../../pieces/empty.js'
import { TextFilter } from '../../pieces/lists/filters.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay } from '../../session/session.js'

interface Found {
  of: string
  groups: SearchGroup[] | null
  error: unknown
}

export default function SearchPage() {
  const client = useApolloClient()
  const seesCases = useMay('see_moves')
  const [{ text }, ask] = useAddressState({ text: '' })
  const [found, setFound] = useState<Found>({ of: '', groups: null, error: null })
  const isLong = text.length >= SHORTEST_SEARCH
  useEffect(() => {
    if (!isLong) return
    let isOld = false
    findEverywhere(client, text, seesCases).then(
      (groups) => isOld || setFound({ of: text, groups, error: null }),
      (error: unknown) => isOld || setFound({ of: text, groups: null, error }),
    )
    return () => {
      isOld = true
    }
  }, [client, text, isLong, seesCases])
  const isNow = found.of === text
  return (
    <>
      <PageHead title="查找" />
      <form className="filters" aria-label="查找" onSubmit={(event) => event.preventDefault()}>
        <TextFilter
          label="名称、代码、文号、协作事项编号或同事"
          value={text}
          onChange={(text) => ask({ text })}
          width="24rem"
        />
      </form>
      {!isLong && (
        <EmptyNotice>
          请输入至少两个字：经营者名称，文号的开头，协作事项的编号或文号（全文），或者同事的登录名。
        </EmptyNotice>
      )}
      {isLong && !isNow && <LoadingNotice of="结果" />}
      {isLong && isNow && found.error !== null && <RefusalNotice of={found.error} />}
      {isLong && isNow && found.groups?.length === 0 && <EmptyNotice>没有找到。</EmptyNotice>}
      {isLong &&
        isNow &&
        found.groups?.map(({ title, hits }) => (
          <section key={title} className="panel" aria-label={title}>
            <h2>{title}</h2>
            <ul>
              {hits.map(({ path, name, note }) => (
                <li key={`${path} ${name} ${note}`}>
                  {path.startsWith('/search') ? <b>{name}</b> : <Link to={path}>{name}</Link>}{' '}
                  <span className="soft">{note}</span>
                </li>
              ))}
            </ul>
          </section>
        ))}
    </>
  )
}
