import { useApolloClient, useQuery } from '@apollo/client/react'
import { Radio } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { PageHead } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useSession } from '../../session/session.js'
import { MatterForm } from './form.js'
import { OPENING } from './form-fields.js'
import { MatterKindsDocument, OpenMatterDocument } from './matters.generated.js'

export default function OpenMatterPage() {
  const { role, agency } = useSession()
  const client = useApolloClient()
  const navigate = useNavigate()
  const [asked, ask] = useAddressState({ kind: '' })
  const { data, error } = useQuery(MatterKindsDocument)
  // Sent again after a file has failed, it opens the same matter.
  const [reference] = useState(() => `desk-${Date.now()}-${Math.random().toString(36).slice(2)}`)
  const kinds = agency === null ? [] : (data?.matterKinds ?? []).filter(({ openedBy }) => openedBy.includes(role))
  const kind = kinds.find(({ id }) => id === asked.kind)
  const opening = kind?.moves.find(({ code }) => code === OPENING)
  return (
    <>
      <PageHead title="发起协作事项" />
      {error && <RefusalNotice of={error} />}
      {data !== undefined && kinds.length === 0 && <EmptyNotice>您的账号没有可以发起的协作事项。</EmptyNotice>}
      {kinds.length > 0 && (
        <fieldset className="labelled">
          <legend>种类</legend>
          <Radio.Group
            value={kind?.id}
            onChange={({ target }) => ask({ kind: target.value })}
            options={kinds.map(({ id, name }) => ({ value: id, label: name.zh }))}
          />
        </fieldset>
      )}
      {kind && opening && (
        <section className="panel" aria-label={kind.name.zh}>
          <MatterForm
            key={kind.id}
            kind={kind}
            move={opening}
            isOffered
            send={async ({ on: _, ...input }, keep) => {
              const given = { ...input, kind: kind.id, to: input.to ?? '', reference }
              const { data } = await client.mutate({ mutation: OpenMatterDocument, variables: { input: given } })
              const id = data?.openMatter.id ?? ''
              await keep(id)
              await navigate(`/matters/${id}`)
            }}
          />
        </section>
      )}
    </>
  )
}
