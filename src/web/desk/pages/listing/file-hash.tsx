import { Input } from 'antd'
import { useState } from 'react'

/** The whole file is read into memory. */
const FILE_MOST = 200_000_000

/** Null on plain HTTP, where `crypto.subtle` is missing. */
export const sha256Of = async (file: Blob): Promise<string | null> => {
  if (crypto.subtle === undefined) return null
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

export const FileHashInput = ({
  id,
  value,
  onChange,
}: {
  id: string
  value: string
  onChange: (hash: string) => void
}) => {
  const [said, setSaid] = useState('')
  const read = async (file: File | undefined) => {
    if (file === undefined) return
    if (file.size > FILE_MOST) return setSaid('文件超过 200 MB，请用其他工具计算后填写。')
    const hash = await sha256Of(file)
    if (hash === null) return setSaid('此浏览器不能计算，请用其他工具计算后填写。')
    onChange(hash)
    setSaid(`已按 ${file.name} 计算，文件未上传。`)
  }
  return (
    <>
      <Input
        id={id}
        value={value}
        maxLength={64}
        placeholder="64 位十六进制"
        onChange={({ target }) => onChange(target.value.trim())}
      />
      <input
        type="file"
        aria-label="选择文件，在本机计算指纹"
        onChange={({ target }) => void read(target.files?.[0])}
      />
      <span className="soft" role="status">
        {said}
      </span>
    </>
  )
}
