import { expect } from 'chai'
import type { CaseAct } from '../../../src/domain/listing/case.js'
import { computeEntryColumns } from '../../../src/domain/listing/entry-columns.js'
import type { LinkedDecision } from '../../../src/domain/listing/legal-ground.js'
import type { ListKind } from '../../../src/domain/listing/lists.js'
import type { MoveName } from '../../../src/domain/listing/moves.js'
import { schemaDocument } from '../../../src/foundation/contracts.js'

const { lists } = schemaDocument('rules/lists.json') as { lists: ListKind[] }
const list = lists.find(({ id }) => id === 'serious') as ListKind
const decision: LinkedDecision = {
  version: 7,
  documentNumber: '虚市监处罚〔2026〕1号',
  heavy: true,
  decidedOn: '2026-05-20',
  violation: '销售假冒注册商标的商品',
  authority: '虚构市市场监督管理局',
  authorityCode: '220102',
  level: 'COUNTY',
}
const act: CaseAct = {
  by: 'officer-1',
  role: 'officer',
  on: '2026-06-01',
  today: '2026-06-01',
  reason: '未履行',
  documentNumber: '1号',
}
interface Ground {
  linked?: LinkedDecision
  standing?: LinkedDecision
  ground?: 'HEAVIER_PENALTY' | 'DECISION_NOT_PERFORMED'
}

const columns = (name: MoveName, { linked, standing, ground = 'HEAVIER_PENALTY' }: Ground = {}) =>
  computeEntryColumns(
    name,
    act,
    { ground, removal: 'REPAIRED' },
    { linked: linked ?? null, standing: standing ?? null },
    list,
  )

describe('columns of an entry', () => {
  it('come from the linked penalty, with the legal basis of that day', () => {
    const said = columns('linkDecision', { linked: decision })
    expect(said).to.include({ decisionVersion: 7, authority: decision.authority, reason: decision.violation })
    expect(said.basis).to.match(/\p{Script=Han}/u)
    expect(said).not.to.have.property('documentNumber')
  })

  it('have the officer’s reason where a decision was not performed', () => {
    expect(columns('linkDecision', { linked: decision, ground: 'DECISION_NOT_PERFORMED' }).reason).to.equal('未履行')
    expect(columns('publishListing', { standing: decision, ground: 'DECISION_NOT_PERFORMED' })).not.to.have.property(
      'reason',
    )
  })

  it('follow the sources of the penalty until publication', () => {
    expect(columns('publishListing', { standing: decision })).to.include({
      reason: decision.violation,
      decisionVersion: 7,
    })
  })

  it('have the document number of the decision', () => {
    expect(columns('decideListing')).to.include({ documentNumber: '1号' }).and.to.have.property('basis')
  })

  it('name the removal only while the entry is removed', () => {
    expect(columns('removeListing')).to.deep.equal({ removalReason: 'REPAIRED', removedOn: '2026-06-01' })
    expect(columns('restoreListing')).to.deep.equal({ removalReason: null, removedOn: null })
    expect(columns('hideListing')).to.deep.equal({})
  })
})
