/** The pages of commands and settings are written by hand, so these tests compare them with the code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'

const read = (path: string): string => readFileSync(path, 'utf8')
const COMMANDS = 'src/commands'
const PROGRAM = ['src/cli.ts', ...readdirSync(COMMANDS).map((file) => join(COMMANDS, file))].filter((file) =>
  file.endsWith('.ts'),
)

const commands = PROGRAM.flatMap((file) =>
  [...read(file).matchAll(/\.command\('([a-z]+)[ ']/g)].map(([, name]) => name),
)
const settings = [
  ...read('src/config.ts').matchAll(/(?:given|secretOf|url|env|checked|count|[nN]etworks|siteText)[([]'([A-Z_]+)'/g),
].map(([, name]) => name)

/** Names that occur in no inline code of the page. */
const missing = (page: string, names: readonly (string | undefined)[]): (string | undefined)[] => {
  const words = new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[^A-Za-z_]+/)))
  return names.filter((name = '') => !words.has(name))
}

describe('the pages of commands and settings', () => {
  for (const ending of ['md', 'zh-CN.md']) {
    it(`name every command: schema/commands.${ending}`, () => {
      expect(commands).to.include.members(['pull', 'adopt', 'confirm', 'unlock'])
      expect(missing(read(`schema/commands.${ending}`), commands)).to.deep.equal([])
    })

    it(`name every setting: schema/settings.${ending}`, () => {
      expect(settings).to.include.members(['PORT', 'LOG_LEVEL', 'WEBHOOK_ALLOW', 'METRICS_TOKEN'])
      expect(missing(read(`schema/settings.${ending}`), settings)).to.deep.equal([])
    })
  }

  it('that lack a command fail this check', () => {
    expect(missing('| `pull` |', ['pull', 'polish'])).to.deep.equal(['polish'])
  })
})
