/** Operators whose score by the scorecard ecommerce-1 was worked out by hand. */
import { active, FRESH, type GoldenOperator, on, since, times } from './golden-operator.js'

export const ECOMMERCE: readonly GoldenOperator[] = [
  {
    // base 600, nothing else; the card uses 13 families, and none has a source
    who: '1 an enterprise without data from any source',
    version: 'ecommerce-1',
    kind: 'enterprise',
    known: [],
    told: [],
    value: 600,
    grade: 'B',
    reasons: [
      'base BASE 600',
      'registration MISSING 0',
      'abnormal MISSING 0',
      'penalties MISSING 0',
      'lists MISSING 0',
      'inspections MISSING 0',
      'trademarks MISSING 0',
      'courts MISSING 0',
      'shops MISSING 0',
      'filings MISSING 0',
      'recalls MISSING 0',
      'commitments MISSING 0',
      'standards MISSING 0',
      'certifications MISSING 0',
    ],
  },
  {
    // 600; no full year, bin 0; active +20. No source reports a shop: missing data, not "none"
    who: '2 an enterprise registered this year',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [since('2026-03-01'), active],
    value: 620,
    grade: 'B',
    reasons: ['base BASE 600', 'registration-active registration_active 20', 'shops MISSING 0'],
  },
  {
    // 600; 16 years +80; active +20; 6 × 10 = 60, cap 40: −20; 5 × 15 = 75, cap 60: −15; 2 × 10 = 20, cap 10: −10;
    // 5 + 3 × 10 = 35, cap 30: −5; 5 × 5 = 25, cap 20: −5; 3 × 15 = 45, cap 30: −15; real name 0
    // 600 + 80 + 20 + 40 + 60 + 10 + 30 + 20 + 30 = 890
    who: '3 the best possible enterprise',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [
      since('2010-01-01'),
      active,
      ...times(6, on('inspection_passed', FRESH)),
      ...times(5, on('trademark_held', '2019-01-01', '2029-01-01')),
      ...times(2, on('icp_filed', '2012-01-01')),
      on('commitment_made', '2026-01-01'),
      ...times(3, on('commitment_kept', FRESH)),
      ...times(5, on('standard_declared', '2020-01-01')),
      ...times(3, on('trustmark_held', '2026-01-01', '2027-01-01')),
      on('shop_real_name', '2020-01-01'),
    ],
    value: 890,
    grade: 'A',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 80',
      'registration-active registration_active 20',
      'inspections-passed inspection_passed 60',
      'inspections-passed CAP -20',
      'trademarks trademark_held 75',
      'trademarks CAP -15',
      'real-name shop_real_name 0',
      'icp-filing icp_filed 20',
      'icp-filing CAP -10',
      'commitments-kept commitment_made 5',
      'commitments-kept commitment_kept 30',
      'commitments-kept CAP -5',
      'standards standard_declared 25',
      'standards CAP -5',
      'trust-certificates trustmark_held 45',
      'trust-certificates CAP -15',
    ],
  },
  {
    // 600; three years to the day +50; active +20; a warning of 89 days −10 (one of 90 is gone); a fine of 364 days −40
    // (one of 365 is gone); a heavier one of 1094 days −160 (one of 1095 is gone)
    // 600 + 50 + 20 − 10 − 40 − 160 = 460
    who: '4 an individual business on the edge of every window of penalties',
    version: 'ecommerce-1',
    kind: 'individual',
    told: [
      since('2023-11-25'),
      active,
      on('penalty_warning', '2026-08-28'),
      on('penalty_warning', '2026-08-27'),
      on('penalty_light', '2025-11-26'),
      on('penalty_light', '2025-11-25'),
      on('penalty_heavy', '2023-11-27'),
      on('penalty_heavy', '2023-11-26'),
    ],
    value: 460,
    grade: 'C',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 50',
      'registration-active registration_active 20',
      'penalties penalty_warning -10',
      'penalties penalty_light -40',
      'penalties penalty_heavy -160',
      'shops MISSING 0',
    ],
  },
  {
    // 600; a day short of six years +50; active +20; 4 × −160 − 40 = −680, cap −480: +200
    // 600 + 50 + 20 − 480 = 190
    who: '5 a co-operative with penalties beyond the cap',
    version: 'ecommerce-1',
    kind: 'cooperative',
    told: [since('2020-11-26'), active, ...times(4, on('penalty_heavy', FRESH)), on('penalty_light', FRESH)],
    value: 190,
    grade: 'D',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 50',
      'registration-active registration_active 20',
      'penalties penalty_heavy -640',
      'penalties penalty_light -40',
      'penalties CAP 200',
      'shops MISSING 0',
    ],
  },
  {
    // 600; 11 years +80; revoked −400; 3 × −80 = −240, cap −160: +80; 3 × −160 = −480, just the cap;
    // 5 × −60 = −300, cap −240: +60. 600 + 80 − 400 − 160 − 480 − 240 = −600, floor: +600
    who: '6 an enterprise below the floor',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [
      since('2015-02-02'),
      on('registration_revoked', null),
      ...times(3, on('abnormal_list', '2025-01-01')),
      ...times(3, on('penalty_heavy', FRESH)),
      ...times(5, on('inspection_failed', FRESH)),
    ],
    value: 0,
    grade: 'D',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 80',
      'registration-revoked registration_revoked -400',
      'abnormal abnormal_list -240',
      'abnormal CAP 80',
      'penalties penalty_heavy -480',
      'inspections-failed inspection_failed -300',
      'inspections-failed CAP 60',
      'shops MISSING 0',
      'floor FLOOR 600',
    ],
  },
  {
    // 600; 7 years +80; active +20: 700. A serious list entry in force: at most 449, −251
    who: '7 another kind of operator, clean but for a serious list entry in force',
    version: 'ecommerce-1',
    kind: 'other',
    told: [since('2019-05-06'), active, on('serious_list', '2025-02-02', '2028-02-02')],
    value: 449,
    grade: 'D',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 80',
      'registration-active registration_active 20',
      'shops MISSING 0',
      'serious-list VETO serious_list -251',
    ],
  },
  {
    // 600; no full year; active +20; 2 × −160: 300, below the top of D already, so both vetoes take 0
    who: '8 an enterprise already below the line of both vetoes',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [
      since('2025-12-01'),
      active,
      ...times(2, on('penalty_heavy', FRESH)),
      on('serious_list', '2026-01-01', '2029-01-01'),
      on('judgment_defaulter', '2026-02-02', '2028-02-02'),
    ],
    value: 300,
    grade: 'D',
    reasons: [
      'base BASE 600',
      'registration-active registration_active 20',
      'penalties penalty_heavy -320',
      'shops MISSING 0',
      'serious-list VETO serious_list 0',
      'judgment-defaulter VETO judgment_defaulter 0',
    ],
  },
  {
    // 600; of registration only a revoked licence could count for a shop: missing; shops are signals, 0 and 0;
    // two labelled samples failed −30, one failed sample without a day 0; a filing +10. 600 − 30 + 10 = 580
    who: "9 a natural person's shops, one of them not matching its name",
    version: 'ecommerce-1',
    kind: 'shop',
    told: [
      on('shop_real_name', '2022-01-01'),
      on('shop_real_name_failed', '2023-01-01'),
      ...times(2, on('inspection_failed_labelled', FRESH)),
      on('inspection_failed', null),
      on('icp_filed', '2024-01-01'),
    ],
    value: 580,
    grade: 'C',
    reasons: [
      'base BASE 600',
      'inspections-failed inspection_failed_labelled -30',
      'inspections-failed UNDATED inspection_failed 0',
      'real-name shop_real_name 0',
      'real-name-failed shop_real_name_failed 0',
      'icp-filing icp_filed 10',
      'registration MISSING 0',
    ],
  },
  {
    // 600; 6 years +80; active +20. An entry without a day may not be in force: shown, not counted. One of 2018 whose
    // three years are over gives no reason. 700 is the most that a registration alone gives, 20 short of A
    who: '10 an enterprise of the 2018 list, once undated and once past its term',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [since('2020-01-01'), active, on('serious_list', null), on('serious_list', '2018-05-15', '2021-05-15')],
    value: 700,
    grade: 'B',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 80',
      'registration-active registration_active 20',
      'shops MISSING 0',
      'serious-list UNDATED serious_list 0',
    ],
  },
  {
    // 600; a day short of four years +50; active +20; broken today −60, 364 days ago −60, 365 days ago −30: −150;
    // partly kept 400 days ago −10; −160, cap −120: +40; a commitment in force +5, kept once +10
    // 600 + 50 + 20 − 120 + 15 = 565
    who: '11 an individual business whose broken commitments halve',
    version: 'ecommerce-1',
    kind: 'individual',
    told: [
      since('2022-11-26'),
      active,
      on('commitment_broken', '2026-11-25'),
      on('commitment_broken', '2025-11-26'),
      on('commitment_broken', '2025-11-25'),
      on('commitment_partly', '2025-10-21'),
      on('commitment_made', '2026-01-01', '2027-01-01'),
      on('commitment_kept', FRESH),
    ],
    value: 565,
    grade: 'C',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 50',
      'registration-active registration_active 20',
      'commitments-broken commitment_broken -150',
      'commitments-broken commitment_partly -10',
      'commitments-broken CAP 40',
      'commitments-kept commitment_made 5',
      'commitments-kept commitment_kept 10',
      'shops MISSING 0',
    ],
  },
  {
    // 600; 10 years +80; nothing of its standing; broken 730 days ago, halved twice: −15, 1095 days ago: gone;
    // partly kept 729 days ago, halved once: −10, 730 days ago: gone; a recall 0. 600 + 80 − 15 − 10 = 655
    who: '12 a co-operative whose broken commitments have almost faded',
    version: 'ecommerce-1',
    kind: 'cooperative',
    told: [
      since('2016-02-29'),
      on('commitment_broken', '2024-11-25'),
      on('commitment_broken', '2023-11-26'),
      on('commitment_partly', '2024-11-26'),
      on('commitment_partly', '2024-11-25'),
      on('recall', '2026-05-05'),
    ],
    value: 655,
    grade: 'B',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 80',
      'recalls recall 0',
      'commitments-broken commitment_broken -15',
      'commitments-broken commitment_partly -10',
      'shops MISSING 0',
    ],
  },
  {
    // 600; two years to the day +20; active +20; a heavier penalty repaired today: gone; a fine whose publication ends
    // tomorrow −40; abnormal since today −80, abnormal from tomorrow on: not yet; a trademark that ends today: gone, one without
    // days +15. 600 + 20 + 20 − 40 − 80 + 15 = 535
    who: '13 an enterprise on the day on which much begins and ends',
    version: 'ecommerce-1',
    kind: 'enterprise',
    told: [
      since('2024-11-25'),
      active,
      on('penalty_heavy', '2026-01-01', '2026-11-25'),
      on('penalty_light', '2026-01-01', '2026-11-26'),
      on('abnormal_list', '2026-11-25'),
      on('abnormal_list', '2026-11-26'),
      on('trademark_held', '2016-11-25', '2026-11-25'),
      on('trademark_held', null),
    ],
    value: 535,
    grade: 'C',
    reasons: [
      'base BASE 600',
      'registration-years registered_years 20',
      'registration-active registration_active 20',
      'abnormal abnormal_list -80',
      'penalties penalty_light -40',
      'trademarks trademark_held 15',
      'shops MISSING 0',
    ],
  },
]
