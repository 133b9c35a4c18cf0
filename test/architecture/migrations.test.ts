/** Squawk, the linter of migrations, reads what each migration sends: one that runs before a roll-out must not stop the hubs that serve. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Knex } from 'knex'
import { ROOT } from '../support/command.js'

const SQUAWK = join(ROOT, 'node_modules/.bin/squawk')
const FOLDER = join(ROOT, 'migrations')
/** `src/store/db/migrations.ts` bounds the wait for locks. Whole numbers are `integer` where they cannot grow large. */
const NOT_OURS = [
  'require-lock-timeout',
  'require-statement-timeout',
  'prefer-bigint-over-int',
  'prefer-bigint-over-smallint',
]
/** Landed migrations are never edited. Those before this name were applied while no hub was in service. */
const FIRST_LINTED = '20261202-04'

interface Finding {
  rule_name: string
  message: string
}

const lint = (sql: string, isInTransaction: boolean): string[] => {
  const { stdout, stderr } = spawnSync(
    SQUAWK,
    [
      '--reporter=json',
      '--pg-version=17.0',
      `--exclude=${NOT_OURS.join(',')}`,
      ...(isInTransaction ? ['--assume-in-transaction'] : ['--no-assume-in-transaction']),
      '--stdin-filepath=migration.sql',
    ],
    { input: sql, encoding: 'utf8' },
  )
  if (stdout === '') throw new Error(`squawk found nothing to say: ${stderr}`)
  return (JSON.parse(stdout) as Finding[]).map(({ rule_name, message }) => `${rule_name}: ${message}`)
}

/** Returns the statements of a migration, sent to a database that answers nothing. */
const statementsOf = async (up: (tx: Knex) => Promise<unknown>): Promise<string> => {
  const sent: string[] = []
  const raw = (sql: string) => {
    sent.push(sql.trim().replace(/;?$/, ';'))
    return Promise.resolve({ rows: [] })
  }
  await up({ raw } as unknown as Knex)
  return sent.join('\n')
}

const findingsOf = async (name: string): Promise<string[]> => {
  const migration = (await import(join(FOLDER, `${name}.ts`))) as {
    up: (tx: Knex) => Promise<unknown>
    config?: { transaction?: boolean }
  }
  return lint(await statementsOf(migration.up), migration.config?.transaction !== false)
}

describe('migrations', () => {
  const names = readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace('.ts', ''))

  for (const name of names.filter((one) => one >= FIRST_LINTED))
    it(`${name} holds no lock that questions would wait for`, async () => {
      expect(await findingsOf(name)).to.deep.equal([])
    })

  it('that build an index without `concurrently` are found', () => {
    expect(lint('create index planted on operators (name);', true).join()).to.include(
      'require-concurrent-index-creation',
    )
  })

  it('that build an index concurrently, outside a transaction, are not', () => {
    expect(
      lint(
        'drop index concurrently if exists planted;\ncreate index concurrently if not exists planted on operators (name);',
        false,
      ),
    ).to.deep.equal([])
  })

  it('that change a type are found', () => {
    expect(lint('alter table operators alter column name type varchar(10);', true).join()).to.include(
      'changing-column-type',
    )
  })

  it('that were renamed leave the build', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hub-migrations-'))
    const built = join(folder, 'dist/migrations')
    const kept = ['01-kept.js', '01-kept.js.map', 'baseline']
    try {
      mkdirSync(join(folder, 'migrations'))
      mkdirSync(join(built, 'baseline'), { recursive: true })
      writeFileSync(join(folder, 'migrations/01-kept.ts'), '')
      for (const file of ['01-kept.js', '01-kept.js.map', '02-former.js', '02-former.js.map'])
        writeFileSync(join(built, file), '')
      const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
      expect(scripts.build).to.include('build:migrations')
      const { status } = spawnSync('sh', ['-c', scripts['build:migrations']], { cwd: folder })
      expect([status, readdirSync(built).sort()]).to.deep.equal([0, kept])
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
