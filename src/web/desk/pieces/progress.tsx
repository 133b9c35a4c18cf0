import { Progress as Bar } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { RefusalNotice } from './refusal.js'

const LOOK_MS = 1_500
const FAILURES_MOST = 5

export interface ProgressStep {
  words: string
  /** Between 0 and 1; null when unknown. */
  share: number | null
  ended: boolean
  failed?: boolean
}

export const ProgressView = ({
  label,
  look,
  onEnd,
}: {
  label: string
  look: () => Promise<ProgressStep>
  onEnd?: (step: ProgressStep) => void
}) => {
  const [step, setStep] = useState<ProgressStep | null>(null)
  const [error, setError] = useState<unknown>(null)
  const given = useRef({ look, onEnd })
  given.current = { look, onEnd }
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>
    let isGone = false
    let failures = 0
    const next = async () => {
      try {
        const step = await given.current.look()
        if (isGone) return
        failures = 0
        setError(null)
        setStep(step)
        if (step.ended) return void given.current.onEnd?.(step)
      } catch (thrown) {
        failures += 1
        if (isGone) return
        if (failures >= FAILURES_MOST) return setError(thrown)
      }
      timer = setTimeout(next, LOOK_MS)
    }
    void next()
    return () => {
      isGone = true
      clearTimeout(timer)
    }
  }, [])
  const { words = '正在开始…', share = null, ended = false, failed = false } = step ?? {}
  const percent = ended ? 100 : Math.round((share ?? 0) * 100)
  return (
    <div className="progress">
      <Bar
        percent={percent}
        status={failed ? 'exception' : ended ? 'success' : 'active'}
        showInfo={share !== null || ended}
        aria-label={label}
      />
      <p role="status">
        {label}：{words}
      </p>
      {error !== null && <RefusalNotice of={error} />}
    </div>
  )
}
