import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runChild } from '../../lib/engine/child.ts'
import { languageHost, type LanguageHost } from '../../lib/engine/language-host.rig.ts'
import { ensureEngine } from '../../lib/engine/obtain.ts'
import { runCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

/**
 * The project's own Pulumi.yaml, stacks/main.ts and launcher, as an official installation runs them; only the engine's language host
 * for Node, which comes with that installation, is stood in for.
 */
describe('plain pulumi', () => {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const passphrase = 'correct horse'
  const card = 'C:\\Chancery\\site-card.txt'
  let rig: Rig
  let host: LanguageHost
  let home: string
  let pulumi: (...args: string[]) => ReturnType<typeof runChild>
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    const env = {
      ...process.env,
      CHANCERY_INVENTORY: join(rig.folder, 'inventories', 'ministry'),
      CHANCERY_WORK_FOLDER: join(rig.folder, 'work'),
    }
    host = await languageHost(env)
    home = mkdtempSync(join(tmpdir(), 'chancery-plain-'))
    mkdirSync(fileURLToPath(rig.estate.stateBackend), { recursive: true })
    const engine = await ensureEngine({ env: process.env, onProgress: () => {} })
    if (!engine.ok) throw new Error(engine.error.kind)
    const forEngine = {
      ...env,
      PULUMI_BACKEND_URL: rig.estate.stateBackend,
      PULUMI_HOME: join(home, 'home'),
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      PULUMI_DEBUG_LANGUAGES: `nodejs:${host.port}`,
    }
    pulumi = (...args) =>
      runChild(
        engine.value.path,
        [...args, '--stack', 'mission.nairobi', '--non-interactive', '--color', 'never'],
        {
          cwd: root,
          env: forEngine,
        },
      )
  }, 60_000)
  afterAll(async () => {
    host.close()
    rmSync(home, { recursive: true, force: true })
    rmSync(join(root, 'Pulumi.mission.nairobi.yaml'), { force: true })
    await rig.close()
  })

  it('previews and applies the mission program, finds drift and repairs it', async () => {
    const lab = rig.lab.host('nairobi-hv1')
    const init = await pulumi('stack', 'init')
    expect(init, JSON.stringify(init)).toMatchObject({ code: 0 })
    const preview = await pulumi('preview')
    expect(preview, JSON.stringify(preview)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/\+ 1\d to create/),
    })
    expect(textOf(lab, card)).toBeUndefined()
    const up = await pulumi('up', '--yes')
    expect(up, JSON.stringify(up)).toMatchObject({ code: 0 })
    expect(textOf(lab, card)).toContain('Nairobi')
    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    const repaired = await pulumi('up', '--yes')
    expect(repaired, JSON.stringify(repaired)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 updated'),
    })
    expect(textOf(lab, card)).toContain('Nairobi')
  }, 240_000)

  it('acts on what its preview saw, by the book in the work folder: a host that changed in between is not touched', async () => {
    const lab = rig.lab.host('nairobi-hv1')
    const books = join(rig.folder, 'work', 'plain')
    expect(readdirSync(books)).toEqual([])
    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    const operations = lab.counters.operations
    const repaired = await pulumi('up', '--yes')
    expect(repaired, JSON.stringify(repaired)).toMatchObject({ code: 0 })
    const asked = lab.counters.operations - operations

    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    const earlier = new Set(readdirSync(books))
    const running = pulumi('up', '--yes')
    await previewed(books, earlier)
    lab.world.files.write(card, new TextEncoder().encode('by hand, again'))
    const refused = await running
    expect(refused, JSON.stringify(refused)).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('no longer looks as it did when the plan was made'),
    })
    expect(textOf(lab, card)).toBe('by hand, again')
    expect(await pulumi('up', '--yes')).toMatchObject({ code: 0 })
    expect(textOf(lab, card)).toContain('Nairobi')
    expect(readdirSync(books)).toEqual([])
    // The update sends the guards and the act in one frame; what was looked at for the preview is not looked at again.
    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    const before = lab.counters.operations
    expect(await pulumi('up', '--yes', '--skip-preview')).toMatchObject({ code: 0 })
    expect(asked).toBe(lab.counters.operations - before)
  }, 240_000)

  it('without a preview acts on a look of that moment', async () => {
    const lab = rig.lab.host('nairobi-hv1')
    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    expect(await pulumi('up', '--yes', '--skip-preview')).toMatchObject({ code: 0 })
    expect(textOf(lab, card)).toContain('Nairobi')
  }, 240_000)

  it('cut off in the middle of an act, it has written what it was about: resolve says what became of it, and chancery up goes on', async () => {
    const lab = rig.lab.host('nairobi-hv1')
    const folder = join(rig.folder, 'work/stacks/mission.nairobi/intents')
    const chancery = (...args: string[]) =>
      runCli(args, {
        cwd: rig.folder,
        env: { CHANCERY_WORK_FOLDER: join(rig.folder, 'work'), PULUMI_CONFIG_PASSPHRASE: passphrase },
      })
    const written = (): readonly string[] => (existsSync(folder) ? readdirSync(folder) : [])
    expect(written()).toEqual([])
    lab.world.files.write(card, new TextEncoder().encode('by hand'))
    const books = join(rig.folder, 'work', 'plain')
    const before = new Set(readdirSync(books))
    const running = pulumi('up', '--yes')
    await previewed(books, before)
    lab.order({ name: 'hold-reply', value: 0 })
    await waitUntil(() => textOf(lab, card)?.includes('Nairobi') === true)
    const [name] = written()
    const head = JSON.parse(readFileSync(join(folder, name!), 'utf8').trim().split('\n')[0]!) as {
      process: { pid: number }
    }
    expect(head).toMatchObject({ operation: 'plain pulumi', stack: 'mission.nairobi' })
    expect(await chancery('resolve', 'nairobi')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/nairobi: a run is at work: .*process/),
    })
    const engine = parentOf(head.process.pid)
    for (const pid of [engine, head.process.pid]) process.kill(pid, 'SIGKILL')
    await running
    lab.clear()
    const resolved = await chancery('resolve', 'nairobi')
    expect(resolved.stdout.replace(/\s+/g, ' '), JSON.stringify(resolved)).toMatch(
      /site-card.*done as intended/,
    )
    expect(written()).toEqual([])
    const operations = lab.world.files.walk()
    expect(await chancery('up', 'nairobi', '--yes')).toMatchObject({ code: 0 })
    expect(lab.world.files.walk()).toEqual(operations)
    expect(written()).toEqual([])
  }, 240_000)
})

/** Resolves when the preview's provider has ended, and that of the update has not begun yet. `before`: books of earlier runs. */
async function previewed(books: string, before: ReadonlySet<string>): Promise<void> {
  const fresh = (): string | undefined => readdirSync(books).find((name) => !before.has(name))
  await waitUntil(() => fresh() !== undefined)
  const path = join(books, fresh()!)
  await waitUntil(() => readFileSync(path, 'utf8').includes('\n'))
  const { provider } = JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!) as { provider: number }
  await waitUntil(() => !existsSync(`/proc/${provider}`))
}

/** From /proc: Linux. */
const parentOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
