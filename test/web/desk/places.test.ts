import { expect } from 'chai'
import { pathOfItem } from '../../../src/web/desk/pages/worklist/places.js'

describe('the page of a task', () => {
  it('is that of the people for a person, and that of the systems for a client', () => {
    expect(pathOfItem('CONFIRM_ACCOUNT', null, 'a')).to.equal('/administration/people?name=a')
    expect(pathOfItem('CONFIRM_CLIENT', null, 'b')).to.equal('/administration/clients?name=b')
  })
})
