import type { ReactNode } from 'react'
import { instantText } from '../../pieces/dates.js'
import { labelOf } from '../../pieces/words.js'
import type { PaperLineFragment } from './listing.generated.js'
import { paperAddress } from './paper-files.js'

export const AttachmentsPanel = ({ of }: { of: readonly PaperLineFragment[] }) =>
  of.length === 0 ? null : (
    <section className="panel wide no-print" aria-labelledby="attachments">
      <h2 id="attachments">当事人提交的材料</h2>
      <AttachmentLines of={of} />
    </section>
  )

export const PaperLink = ({ of, children }: { of: PaperLineFragment; children: ReactNode }) =>
  of.erasedAt === null ? (
    <a href={paperAddress(of.id)}>{children}</a>
  ) : (
    <span>
      {children}
      <span className="soft">（已过留存期限，{instantText(of.erasedAt)} 销毁）</span>
    </span>
  )

export const AttachmentLines = ({ of }: { of: readonly PaperLineFragment[] }) =>
  of.length === 0 ? null : (
    <ul className="lines" aria-label="当事人提交的材料">
      {of.map((one) => (
        <li key={one.id}>
          <PaperLink of={one}>{one.name ?? labelOf('PaperUse', one.about)}</PaperLink>{' '}
          <span className="soft">
            {one.name !== null && `${labelOf('PaperUse', one.about)}，`}
            {one.type}，{Math.ceil(one.bytes / 1024)} KB，{instantText(one.storedAt)} 提交
          </span>
        </li>
      ))}
    </ul>
  )
