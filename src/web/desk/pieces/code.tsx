/** A code as it is read aloud, and copied as it is: 91 220102 MA0YXXXX1 X. */
const USCC = /^([0-9A-HJ-NPQRTUWXY]{2})(\d{6})([0-9A-HJ-NPQRTUWXY]{9})([0-9A-HJ-NPQRTUWXY])$/

/** A USCC in its four parts, with gaps that are only seen; other codes as they are. */
export const Code = ({ of }: { of: string | null | undefined }) => {
  if (of == null || of === '') return <>—</>
  const parts = USCC.exec(of)
  if (parts === null) return <code className="code">{of}</code>
  return (
    <code className="code">
      {parts.slice(1).map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one code, in their order
        <span key={i}>{part}</span>
      ))}
    </code>
  )
}

/** The code by which an operator is found: its USCC, else that of its shop. */
export const codeOf = ({ uscc, shop }: { uscc?: string | null; shop?: string | null }): string => uscc ?? shop ?? ''

/** Address of its page. */
export const operatorPath = (operator: { uscc?: string | null; shop?: string | null }): string =>
  `/operator/${encodeURIComponent(codeOf(operator))}`
