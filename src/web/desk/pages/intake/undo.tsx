import { useApolloClient } from '@apollo/client/react'
import { Button, Input, type InputRef } from 'antd'
import { type FormEvent, useId, useRef, useState } from 'react'
import { RefusalNotice } from '../../pieces/refusal.js'
import { useMay } from '../../session/session.js'
import { UndoDecisionDocument } from './identity.generated.js'

export const UndoDecisionButton = ({
  decision,
  onUndone,
  input,
}: {
  decision: string
  onUndone: () => void
  input?: React.RefObject<InputRef | null>
}) => {
  const client = useApolloClient()
  const may = useMay('decide_identity')
  const [reason, setReason] = useState('')
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const own = useRef<InputRef>(null)
  const id = useId()
  if (!may) return null
  const undo = async (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim() === '') return void (input ?? own).current?.focus()
    setBusy(true)
    setError(null)
    try {
      const given = { id: decision, reason: reason.trim() }
      await client.mutate({ mutation: UndoDecisionDocument, variables: { input: given } })
      onUndone()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="filters" onSubmit={(event) => void undo(event)} aria-label="撤销认定">
      <label htmlFor={id}>撤销的理由</label>
      <Input
        id={id}
        ref={input ?? own}
        value={reason}
        maxLength={1_000}
        onChange={(event) => setReason(event.target.value)}
        style={{ width: '16rem' }}
      />
      <Button htmlType="submit" loading={isBusy} title="凭此归入的信用信息回到待认定，由此得出的一切随之更正">
        撤销这项认定
      </Button>
      {error !== null && <RefusalNotice of={error} />}
    </form>
  )
}
