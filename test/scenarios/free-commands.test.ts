import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settleBySaying } from '../../lib/cli/resolve/mark.ts'
import type { LabHost } from '../../lib/lab/index.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

const command = createRequire(import.meta.url).resolve('@pulumi/command')

const source = (create: string, host = 'site.hosts[0].id', more = '') => `
import command from ${JSON.stringify(command)}
export default ({ site }) => {
  const ran = new command.remote.Command('note', {
    connection: { host: ${host} ${more} },
    create: ${JSON.stringify(create)},
    delete: "Remove-Item -LiteralPath 'C:\\\\\\\\Free\\\\\\\\note.txt' -Force -ErrorAction Stop",
  })
  return { said: ran.stdout }
}
`
/** The same, with the text that it runs at first as a secret. */
const secretly = (program: string): string =>
  `import * as pulumi from ${JSON.stringify(import.meta.resolve('@pulumi/pulumi'))}\n${program.replace(/create: (".*"),/, 'create: pulumi.secret($1),')}`
const write = (text: string) => `
$null = New-Item -Path 'C:\\Free' -ItemType Directory -Force -ErrorAction Stop
[IO.File]::WriteAllText('C:\\Free\\note.txt', '${text}')
'said ${text}'
`

describe('free commands of @pulumi/command', () => {
  let rig: Rig
  let host: LabHost
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    host = rig.lab.host('nairobi-hv1')
  })
  afterAll(() => rig.close())

  it('are previewed as unguarded, and run over the site’s own session and link', async () => {
    const program = rig.program('free', source(write('one')))
    const preview = await rig.run('preview', { program })
    expect(preview.previews[0]?.rows).toMatchObject([
      { name: 'Command note', change: 'create', effects: ['unguarded'] },
    ])
    expect(textOf(host, 'C:\\Free\\note.txt')).toBeUndefined()
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Free\\note.txt')).toBe('one')
  })

  it('run again only when what they say changes', async () => {
    expect(
      (await rig.run('preview', { program: rig.program('free', source(write('one'))) })).differences,
    ).toBe(false)
    const changed = rig.program('free', source(write('two')))
    expect((await rig.run('up', { program: changed })).sites).toMatchObject([
      { outcome: 'done', changes: { update: 1 } },
    ])
    expect(textOf(host, 'C:\\Free\\note.txt')).toBe('two')
  })

  it('do not run because their text is a secret from now on, or is none any more: only the state is written', async () => {
    const state = (): string =>
      readFileSync(join(rig.folder, '.chancery/state/.pulumi/stacks/chancery/free.nairobi.json'), 'utf8')
    host.world.files.write('C:\\Free\\note.txt', new TextEncoder().encode('by hand'))
    const secret = rig.program('free', secretly(source(write('two'))))
    const frames = host.counters.frames
    for (const [program, words, sealed] of [
      [secret, 'create: kept encrypted in the state from now on; nothing runs on the host', true],
      [rig.program('free', source(write('two'))), /^create: no secret any more, in clear/, false],
    ] as const) {
      const up = await rig.run('up', { program })
      expect(up.previews[0]?.rows).toMatchObject([
        {
          change: 'update',
          effects: [],
          because: [typeof words === 'string' ? words : expect.stringMatching(words)],
        },
      ])
      expect(up.sites).toMatchObject([{ outcome: 'done' }])
      expect(state().includes('said two')).toBe(!sealed)
      expect((await rig.run('preview', { program })).differences).toBe(false)
    }
    expect([host.counters.frames - frames, textOf(host, 'C:\\Free\\note.txt')]).toEqual([0, 'by hand'])
  })

  it('stay unknown after a lost reply, and are not repeated', async () => {
    const program = rig.program('free', source(write('three')))
    const frames = host.counters.frames
    const up = await rig.run('up', {
      program,
      confirm: async () => (host.order({ name: 'drop-after-act' }), true),
    })
    expect(up.sites).toMatchObject([{ outcome: 'unreachable', failures: [{ kind: 'unknown' }] }])
    expect(host.counters.frames - frames).toBe(1)
    const again = await rig.run('up', { program })
    expect(again.sites).toMatchObject([{ outcome: 'failed', failures: [{ rule: 'outcome-unknown' }] }])
    expect(host.counters.frames - frames).toBe(1)
    const urn = 'urn:pulumi:free.nairobi::chancery::command:remote:Command::note'
    const root = join(rig.folder, '.chancery')
    const place = { root, workFolder: join(root, 'stacks/free.nairobi'), stack: 'free.nairobi' }
    const said = { urn, what: 'done', by: 'anna', why: 'seen', at: '2026-11-24T09:00:00Z' } as const
    expect(settleBySaying(place, said, false)).toBe(1)
    expect((await rig.run('up', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect(host.counters.frames - frames).toBe(1)
  })

  it('are refused on a host that the inventory does not give the site, and with a login of their own', async () => {
    const elsewhere = await rig.run('preview', {
      program: rig.program('free', source(write('x'), "'10.0.0.1'")),
    })
    expect(elsewhere.sites[0]?.because).toContain(
      'expected the id of a host of this site (nairobi-hv1), got "10.0.0.1"',
    )
    const login = rig.program('free', source(write('x'), 'site.hosts[0].id', ", password: 'p'"))
    expect((await rig.run('preview', { program: login })).sites[0]?.because).toContain('connection.password')
  })

  it('run their delete on destroy', async () => {
    const program = rig.program('free', source(write('three')))
    expect((await rig.run('destroy', { program })).sites).toMatchObject([{ outcome: 'done' }])
    expect(textOf(host, 'C:\\Free\\note.txt')).toBeUndefined()
  })
})
