import { Spin } from 'antd'
import type { ReactNode } from 'react'

export const EmptyNotice = ({ children }: { children?: ReactNode }) => (
  <p className="empty">{children ?? '没有内容。'}</p>
)

export const LoadingNotice = ({ of = '页面' }: { of?: string }) => (
  <div className="loading" role="status">
    <Spin /> <span>正在载入{of}…</span>
  </div>
)
