import { expect } from 'chai'
import { pathOfItem } from '../../../src/web/desk/pages/worklist/places.js'

describe('the page of a task', () => {
  it('is that of the people for a person, and that of the systems for a client', () => {
    expect(pathOfItem('CONFIRM_ACCOUNT', null, '虚构人员')).to.equal('/administration/people')
    expect(pathOfItem('CONFIRM_CLIENT', null, '虚构系统')).to.equal('/administration/clients')
  })
})
