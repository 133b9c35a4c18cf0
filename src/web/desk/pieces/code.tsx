const USCC = /^([0-9A-HJ-NPQRTUWXY]{2})(\d{6})([0-9A-HJ-NPQRTUWXY]{9})([0-9A-HJ-NPQRTUWXY])$/

export const OperatorCode = ({ of }: { of: string | null | undefined }) => {
  if (of == null || of === '') return <>—</>
  const parts = USCC.exec(of)
  if (parts === null) return <code className="code">{of}</code>
  return (
    <code className="code">
      {parts.slice(1).map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: fixed order
        <span key={i}>{part}</span>
      ))}
    </code>
  )
}

export const operatorCodeOf = ({ uscc, shop }: { uscc?: string | null; shop?: string | null }): string =>
  uscc ?? shop ?? ''

export const operatorPath = (operator: { uscc?: string | null; shop?: string | null }): string =>
  `/operator/${encodeURIComponent(operatorCodeOf(operator))}`
