/** Exports the list as it is filtered and sorted. The hub makes the file, so that cells are safe and the export audited. */
import { Button } from 'antd'
import { useState } from 'react'
import { fetchSignedIn } from '../../session/session.js'
import { today } from '../dates.js'
import { refusalSentence } from '../refusal.js'
import './lists.css'

type FileFormat = 'xlsx' | 'csv'
const FORMATS: readonly { format: FileFormat; words: string }[] = [
  { format: 'xlsx', words: '导出 Excel' },
  { format: 'csv', words: '导出 CSV' },
]

export interface ExportProps {
  /** A list of src/web/exports/tables.ts. */
  list: string
  title: string
  variables?: Readonly<Record<string, unknown>>
}

export const ExportButtons = ({ list, title, variables = {} }: ExportProps) => {
  const [busy, setBusy] = useState<FileFormat | null>(null)
  const [words, setWords] = useState('')
  const take = async (format: FileFormat) => {
    setBusy(format)
    setWords('')
    try {
      const { blob, rows } = await askForFile({ list, format, variables })
      saveFile(blob, `${title}-${today()}.${format}`)
      setWords(`已导出 ${rows} 行。`)
    } catch (error) {
      setWords(refusalSentence(error))
    } finally {
      setBusy(null)
    }
  }
  return (
    <span className="export">
      {FORMATS.map(({ format, words: label }) => (
        <Button key={format} size="small" loading={busy === format} onClick={() => void take(format)}>
          {label}
        </Button>
      ))}
      <span role="status" className="soft">
        {words}
      </span>
    </span>
  )
}

const askForFile = async (asked: object): Promise<{ blob: Blob; rows: string }> => {
  const answer = await fetchSignedIn('/desk/export', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify(asked),
  })
  if (!answer.ok) {
    const { code = 'FAULT', detail = '' } = (await answer.json().catch(() => ({}))) as {
      code?: string
      detail?: string
    }
    throw { code, detail }
  }
  return { blob: await answer.blob(), rows: answer.headers.get('Export-Rows') ?? '' }
}

const saveFile = (blob: Blob, name: string): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
