import { expect } from 'chai'
import { type BelievedOperator, chooseNames } from '../../../src/domain/operators/believed-names.js'

const RUN = 7

const operator = (more: Partial<BelievedOperator>): BelievedOperator => ({
  id: 1,
  uscc: '91220101MA00000000',
  name: '甲',
  bornOfWrongRun: false,
  namesOfRun: [],
  claimedNames: [],
  wrong: [],
  right: [],
  party: null,
  ...more,
})

const registration = (name: string, more: Partial<BelievedOperator['right'][number]> = {}) => ({
  name,
  former: [],
  current: true,
  region: '220102',
  status: 'OPEN',
  regNo: '220101000000000',
  run: 3,
  ...more,
})

describe('names of an operator after a rollback', () => {
  type Names = Pick<ReturnType<typeof chooseNames>, 'name' | 'formerNames' | 'namesToDelete'>
  const cases: [string, Partial<BelievedOperator>, Names][] = [
    ['keep the present name', {}, { name: '甲', formerNames: [], namesToDelete: ['甲'] }],
    [
      "prefer the current registration's",
      { right: [registration('乙')], namesOfRun: ['丙'], party: '丁' },
      { name: '乙', formerNames: ['丙'], namesToDelete: ['乙'] },
    ],
    [
      'restore the name that the run displaced',
      { name: '错', wrong: [{ name: '错', former: [] }], namesOfRun: ['丙'], party: '丁' },
      { name: '丙', formerNames: [], namesToDelete: ['丙', '错'] },
    ],
    [
      'take no name that only the wrong registration gives, as former or as its own',
      { name: '错', wrong: [{ name: '错', former: ['假'] }], namesOfRun: ['假', '错'], claimedNames: ['假'] },
      { name: null, formerNames: [], namesToDelete: ['假', '错'] },
    ],
    [
      "take another record's when no registration is left",
      { name: '错', wrong: [{ name: '错', former: [] }], party: '丁' },
      { name: '丁', formerNames: [], namesToDelete: ['错', '丁'] },
    ],
    [
      'do not keep the present name of an operator that a wrong run made',
      { bornOfWrongRun: true },
      { name: null, formerNames: [], namesToDelete: [] },
    ],
    [
      'keep names of earlier registrations as former ones',
      { right: [registration('乙', { former: ['戊'] }), registration('己', { current: false, former: ['乙'] })] },
      { name: '乙', formerNames: ['戊', '己'], namesToDelete: ['乙'] },
    ],
    [
      'do not keep a claimed name as former',
      { right: [registration('乙')], namesOfRun: ['丙'], claimedNames: ['丙'] },
      { name: '乙', formerNames: [], namesToDelete: ['丙', '乙'] },
    ],
  ]
  for (const [title, more, names] of cases)
    it(title, () => {
      const { name, formerNames, namesToDelete } = chooseNames(operator(more), RUN)
      expect({ name, formerNames, namesToDelete }).to.deep.equal(names)
    })

  it('come with region, status, number and run of the current registration', () =>
    expect(chooseNames(operator({ right: [registration('乙')] }), RUN)).to.include({
      region: '220102',
      status: 'OPEN',
      regNo: '220101000000000',
      run: 3,
    }))

  it('come with the region of the code when no registration is left', () =>
    expect(chooseNames(operator({}), RUN)).to.include({ region: '220101', status: 'UNKNOWN', regNo: null, run: RUN }))
})
