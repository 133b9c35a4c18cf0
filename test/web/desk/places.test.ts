import { expect } from 'chai'
import type { WorkKind } from '../../../src/domain/worklist/tasks.js'
import { pathOfItem } from '../../../src/web/desk/pages/worklist/places.js'

describe('the page of a task', () => {
  it('is that of the people for a person, and that of the systems for a client', () => {
    const of = (kind: WorkKind, subject: string) => pathOfItem({ kind, subject, listing: null })
    expect(of('CONFIRM_ACCOUNT', 'a')).to.equal('/administration/people?name=a')
    expect(of('CONFIRM_CLIENT', 'b')).to.equal('/administration/clients?name=b')
  })

  it('shows the objection or override of its operator alone', () => {
    const of = (kind: WorkKind, operator: string | null) => pathOfItem({ kind, operator, listing: null, subject: null })
    expect(of('DECIDE_OBJECTION', '91A')).to.equal('/listings/objections?name=91A')
    expect(of('AWAIT_CORRECTION', '91A')).to.equal('/listings/objections?state=UPHELD&pending=true&name=91A')
    expect(of('DECIDE_OVERRIDE', 'shop:mall:7')).to.equal('/overrides?name=shop%3Amall%3A7')
    expect(of('DECIDE_OVERRIDE', null)).to.equal('/overrides')
  })
})
