import { expect } from 'chai'
import type { ClockRow } from '../../../src/domain/listing/publication-clocks.js'
import type { Db } from '../../../src/store/db/db.js'
import * as listings from '../../../src/store/listing/listings.js'
import type { WorkRules } from '../../../src/work/calendar/rules.js'
import { expireListings } from '../../../src/work/listing/expire.js'
import { makeMove } from '../../../src/work/listing/listing.js'
import { clockRow, GENERAL, shorterClocks } from '../../support/clocks.js'
import { at, database, log, OFFICER, published, REVIEWER, rowsOf, rules, step, TODAY } from '../../support/world.js'

const endOf = async (db: Db, id: string) => (await listings.byId(db, id))?.endsOn
const run = (db: Db, by: WorkRules, instant: string) =>
  expireListings(db, { rules: by, cause: 'command', now: at(new Date(instant)), log })

describe('end of an entry by the publication clocks', () => {
  const db = database()
  /** Rules whose clocks end twelve months after the document. */
  const general: WorkRules = { ...rules, clocks: shorterClocks(12) }

  it('P-B3: an entry with a shorter publication clock leaves the list after its last day, and is ended by the hub’s clock', async () => {
    const { id, endsOn } = await published(db(), 1, general)
    expect(endsOn).to.equal('2027-11-12')
    const [entry] = await rowsOf(db(), 'select ends_on from public_entries')
    expect(entry).to.deep.equal({ ends_on: '2027-11-12' })
    expect(await run(db(), general, '2027-11-12T15:00:00Z')).to.deep.equal({ expired: 0 })
    expect(await run(db(), general, '2027-11-12T16:01:00Z')).to.deep.equal({ expired: 1 })
    expect(await listings.byId(db(), id)).to.include({ removalReason: 'EXPIRED', removedOn: '2027-11-13' })
  })

  it('a shorter publication clock counts from the document of the listing also after a restoration', async () => {
    const { id } = await published(db(), 1, general)
    const reason = { documentNumber: '测市监修〔2027〕1号', reason: '已履行' }
    const away = { on: TODAY, removal: 'REPAIRED', ...reason } as const
    const made = { id, by: 'clock', role: 'clock', now: new Date(`${TODAY}T03:00:00Z`) } as const
    await makeMove(db(), general, { ...made, name: 'removeListing', input: away })
    const back = { on: '2027-02-01', ...reason }
    const restored = await step(db(), id, ['restoreListing', REVIEWER, back], new Date('2027-02-01T02:00:00Z'), general)
    expect(restored).to.include({ state: 'PUBLISHED', endsOn: '2027-11-12' })
    expect(restored.facts.termFrom).to.equal('2027-02-01')
  })
})

describe('a new row for a publication clock', () => {
  const db = database()
  const withRow = (maximumMonths: number, standing: ClockRow['standing']): WorkRules => ({
    ...rules,
    clocks: {
      severities: [GENERAL],
      lowerFines: [],
      clocks: [
        clockRow({ maximumMonths: 30, to: '2027-05-31' }),
        clockRow({ maximumMonths, standing, from: '2027-06-01' }),
      ],
    },
  })
  const cases: [months: number, ClockRow['standing'], end: string][] = [
    [24, 'KEEP', '2029-05-12'],
    [24, 'APPLY', '2028-11-12'],
    [34, 'APPLY', '2029-09-12'],
    // The end is never after that of the term.
    [60, 'APPLY', '2029-11-12'],
    [24, null, '2028-11-12'],
    [34, null, '2029-05-12'],
    // An entry already over by the new row ends on the day before the row begins.
    [3, 'APPLY', '2027-05-31'],
  ]
  for (const [months, standing, end] of cases)
    it(`of ${months} months that states ${standing} sets the end of a standing entry to ${end} from its first day`, async () => {
      const by = withRow(months, standing)
      const { id } = await published(db(), 1, by)
      await run(db(), by, '2027-05-31T15:00:00Z')
      expect(await endOf(db(), id)).to.equal('2029-05-12')
      await run(db(), by, '2027-05-31T16:01:00Z')
      await run(db(), by, '2027-06-01T16:01:00Z')
      expect(await endOf(db(), id)).to.equal(end)
      const renewals = (await listings.eventsOf(db(), [id])).filter(({ move }) => move === 'renewTerm')
      expect(renewals.map(({ on, act }) => [on, act['endsOn']])).to.deep.equal(
        end === '2029-05-12' ? [] : [['2027-06-01', end]],
      )
    })

  it('counts a restored entry from the document of its listing', async () => {
    const by = withRow(24, null)
    const { id } = await published(db(), 1, by)
    const said = { documentNumber: '测市监修〔2026〕1号', reason: '已履行' }
    const made = { id, by: 'clock', role: 'clock', now: new Date(`${TODAY}T03:00:00Z`) } as const
    await makeMove(db(), by, { ...made, name: 'removeListing', input: { on: TODAY, removal: 'REPAIRED', ...said } })
    const again = new Date('2027-02-01T02:00:00Z')
    const restored = await step(db(), id, ['restoreListing', OFFICER, { on: '2027-02-01', ...said }], again, by)
    expect(restored.endsOn).to.equal('2029-05-12')
    await run(db(), by, '2027-05-31T16:01:00Z')
    expect(await endOf(db(), id)).to.equal('2028-11-12')
  })
})
