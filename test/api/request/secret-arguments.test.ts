import { expect } from 'chai'
import { withoutSecretArguments, withoutSecretVariables } from '../../../src/api/request/secret-arguments.js'

describe('secret arguments in the audit log', () => {
  const rows: [string, string][] = [
    ['{ sendMailCode(mailAddress: "a@b.cn") }', '{ sendMailCode(mailAddress: "…") }'],
    [String.raw`robotSecret:"x\"y" name: "n"`, 'robotSecret:"…" name: "n"'],
    ['mailCode: """123\n456""" }', 'mailCode: "…" }'],
    ['{"input":{"robotAddress":"https://x?key=y","name":"n"}}', '{"input":{"robotAddress":"…","name":"n"}}'],
    [
      '($a: String! = "a@b.cn", $b: Int = 3) { f(mailAddress: $a, b: $b) }',
      '($a: String! = "…", $b: Int = 3) { f(mailAddress: $a, b: $b) }',
    ],
    [
      '{ proposeSettings(values: [{ name: "N", value: "s" }]) }',
      '{ proposeSettings(values: [{ name: "…", value: "…" }]) }',
    ],
    [
      String.raw`{ proposeSettings(values: [{ value: """a\"""b""" }]) }`,
      '{ proposeSettings(values: [{ value: "…" }]) }',
    ],
    ['{ proposeSettings # 5" wide\n(values: [{ value: "s" }]) }', '{ proposeSettings \n(values: [{ value: "…" }]) }'],
    ['{ operator(code: "91220102MAYWR8T958") }', '{ operator(code: "91220102MAYWR8T958") }'],
  ]
  for (const [source, kept] of rows)
    it(`${source} → ${kept}`, () => expect(withoutSecretArguments(source)).to.equal(kept))

  it('are hidden in the variable that carries them, whatever its name', () => {
    const source = 'mutation ($x: String!, $y: String!) { a(mailAddress : $x) b(name: $y) }'
    expect(withoutSecretVariables(source, { x: 'a@b.cn', y: 'n' }, [])).to.deep.equal({ x: '…', y: 'n' })
  })

  it('are all texts of proposed settings but the names of settings', () => {
    const values = [{ name: 'SMTP', value: 's' }]
    const shown = withoutSecretVariables('mutation ($v: [V!]!) { proposeSettings(values: $v) }', { v: values }, [
      'SMTP',
    ])
    expect(shown).to.deep.equal({ v: [{ name: 'SMTP', value: '…' }] })
  })
})
