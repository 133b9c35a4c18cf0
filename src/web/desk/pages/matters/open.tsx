import { useApolloClient, useQuery } from '@apollo/client/react'
import { Radio } from 'antd'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { useAddressState } from '../../pieces/address.js'
import { EmptyNotice } from '../../pieces/empty.js'
import { PageHead, Panel } from '../../pieces/page.js'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useHasSeat, useSession } from '../../session/session.js'
import { MatterForm } from './form.js'
import { OPENING } from './form-fields.js'
import { MatterKindsDocument, OpenMatterDocument } from './matters.generated.js'

export default function OpenMatterPage() {
  const { role } = useSession()
  const hasSeat = useHasSeat()
  const client = useApolloClient()
  const navigate = useNavigate()
  const [asked, ask] = useAddressState({ kind: '' })
  const { data, error } = useQuery(MatterKindsDocument)
  // Sent again after a file has failed, it opens the same matter.
  const [reference] = useState(() => `desk-${Date.now()}-${Math.random().toString(36).slice(2)}`)
  const kinds = !hasSeat ? [] : (data?.matterKinds ?? []).filter(({ openedBy }) => openedBy.includes(role))
  const kind = kinds.find(({ id }) => id === asked.kind)
  const opening = kind?.moves.find(({ code }) => code === OPENING)
  return (
    <>
      <PageHead title="发起协作事项" />
      {error && <RefusalNotice of={error} />}
      {data !== undefined && kinds.length === 0 && <EmptyNotice>您的账号没有可以发起的协作事项。</EmptyNotice>}
      <Radio.Group
        className="filters"
        aria-label="种类"
        value={kind?.id}
        onChange={({ target }) => ask({ kind: target.value })}
        options={kinds.map(({ id, name }) => ({ value: id, label: name.zh }))}
      />
      {kind && opening && (
        <Panel title={kind.name.zh}>
          <MatterForm
            key={kind.id}
            kind={kind}
            move={opening}
            isOffered
            send={async (input, keep) => {
              const given = { reference, ...input, kind: kind.id, to: input.to ?? '' }
              const { data } = await client.mutate({ mutation: OpenMatterDocument, variables: { input: given } })
              const id = data?.openMatter.id ?? ''
              await keep(id)
              await navigate(`/matters/${id}`)
            }}
          />
        </Panel>
      )}
    </>
  )
}
