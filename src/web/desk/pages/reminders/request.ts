import { useState } from 'react'

export const useRequest = () => {
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const send = async (request: () => Promise<unknown>, onDone: () => void): Promise<void> => {
    setBusy(true)
    setError(null)
    try {
      await request()
      onDone()
    } catch (thrown) {
      setError(thrown)
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, error, send }
}
