export const saveBase64 = (base64: string, name: string): void =>
  saveBlob(new Blob([Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))]), name)

export const saveText = (text: string, name: string): void => saveBlob(new Blob([text]), name)

const saveBlob = (blob: Blob, name: string): void => {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 1_000)
}
