import { Button } from 'antd'
import { useState } from 'react'
import { fetchSignedIn } from '../../session/session.js'
import { today } from '../dates.js'
import { refusalSentence } from '../refusal.js'
import './lists.css'

export interface ExportProps {
  /** A list of src/web/exports/tables.ts. */
  list: string
  title: string
  variables?: Readonly<Record<string, unknown>>
}

export const ExportButtons = ({ list, title, variables = {} }: ExportProps) => (
  <FileButtons
    path="/desk/export"
    title={title}
    files={[
      { label: '导出 Excel', format: 'xlsx', asked: { list, format: 'xlsx', variables } },
      { label: '导出 CSV', format: 'csv', asked: { list, format: 'csv', variables } },
    ]}
  />
)

export const CaseFileButtons = ({ listing, title }: { listing: string; title: string }) => (
  <FileButtons
    path="/desk/case-file"
    title={`案卷-${title}`}
    files={[
      { label: '导出案卷', format: 'pdf', asked: { listing, format: 'pdf' } },
      { label: '案卷数据', format: 'json', asked: { listing, format: 'json' } },
    ]}
  />
)

interface FileButtonsProps {
  path: string
  title: string
  files: readonly { label: string; format: string; asked: object }[]
}

const FileButtons = ({ path, title, files }: FileButtonsProps) => {
  const [busy, setBusy] = useState('')
  const [words, setWords] = useState('')
  const take = async (format: string, asked: object) => {
    setBusy(format)
    setWords('')
    try {
      const { blob, rows } = await askForFile(path, asked)
      saveFile(blob, `${title}-${today()}.${format}`)
      setWords(rows === null ? '已导出。' : `已导出 ${rows} 行。`)
    } catch (error) {
      setWords(refusalSentence(error))
    } finally {
      setBusy('')
    }
  }
  return (
    <span className="export">
      {files.map(({ label, format, asked }) => (
        <Button key={format} size="small" loading={busy === format} onClick={() => void take(format, asked)}>
          {label}
        </Button>
      ))}
      <span role="status" className="soft">
        {words}
      </span>
    </span>
  )
}

const askForFile = async (path: string, asked: object): Promise<{ blob: Blob; rows: string | null }> => {
  const answer = await fetchSignedIn(path, {
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
  return { blob: await answer.blob(), rows: answer.headers.get('Export-Rows') }
}

const saveFile = (blob: Blob, name: string): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
