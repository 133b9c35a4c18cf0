import { expect } from 'chai'
import {
  type AuditContent,
  chainRows,
  EMPTY_LOG_HEAD,
  hashUnsealedRow,
  parseContent,
  parseHead,
} from '../../../src/domain/audit/audit-log.js'
import { SEAL, sealOf } from '../../support/audit.js'
import { AT, contentOf, linkOf, rowsOf } from '../../support/audit-rows.js'

describe('a row of the audit log', () => {
  const content: AuditContent = {
    salt: Buffer.alloc(16, 7).toString('base64'),
    client: 'taopin',
    role: 'marketplace',
    agency: null,
    purpose: '入驻审核',
    request: 'r-1',
    asked: '{ standing(code: "1") }',
    outcome: 'DONE',
    shown: Buffer.from([0, 49]).toString('base64'),
    digest: Buffer.alloc(32, 9).toString('base64'),
  }

  it('has a fixed hash format, so that older rows stay verifiable', () => {
    const [row] = chainRows(EMPTY_LOG_HEAD, [linkOf(content)], SEAL)
    expect(row?.contentHash).to.equal('98777a67a5e55dda071f7ab2fcf684c36f6c97332e2d46bfdb33ede59f8d646e')
    expect(row && hashUnsealedRow(row)).to.equal('6d7e49ed354d93d3b064bb29065017b12d12d1549837a5c749468376ae7c9e9e')
  })

  it('P-A2: has a keyed seal over form, key, number, instant, kind, count, content and the previous row', () => {
    const [row] = chainRows(EMPTY_LOG_HEAD, [linkOf(content)], SEAL)
    expect(row).to.include({ form: 1, keyId: '0badc0de', number: 1, kind: 'ANSWER', count: 1 })
    expect(row?.hash).to.equal(
      SEAL.mac(`1\n0badc0de\n1\n${AT.toISOString()}\nANSWER\n1\n${row?.contentHash}\n${'0'.repeat(64)}\n`),
    )
    const [other] = chainRows(EMPTY_LOG_HEAD, [linkOf(content)], sealOf('another0'))
    expect(other?.hash).to.not.equal(row?.hash)
  })

  it('stores its content as one line of text and reads it back', () => {
    const [row] = chainRows(EMPTY_LOG_HEAD, [linkOf({ ...content, asked: 'two\nlines "quoted" \\ \u2028' })], SEAL)
    expect(row?.body).to.not.include('\n')
    expect(parseContent(row?.body ?? '')).to.deep.equal({ ...content, asked: 'two\nlines "quoted" \\ \u2028' })
    for (const other of ['', '{}', '[1]', '["a"]', `[${Array(10).fill('1').join(',')}]`])
      expect(parseContent(other)).to.equal(null)
    expect(parseContent(JSON.stringify(Object.values(contentOf(1))))).to.deep.equal(contentOf(1))
  })

  it('a head is read only in the form in which manifests write it', () => {
    const [, head] = rowsOf(2)
    expect(parseHead(head)).to.deep.equal({ number: 2, hash: head?.hash })
    for (const other of [
      null,
      {},
      { number: 0, hash: 'a'.repeat(64) },
      { number: 1, hash: 'a' },
      { number: 1.5, hash: 'a'.repeat(64) },
    ])
      expect(parseHead(other)).to.equal(null)
  })
})
