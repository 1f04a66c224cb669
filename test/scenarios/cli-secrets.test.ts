import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, runCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

const path = 'C:\\Keys\\license.txt'
const resources = new URL('../../lib/provider/resources/index.ts', import.meta.url).href

/** A program that declares one file with a secret for its content, which it reads from beside the inventory. */
const secretProgram = (secretFile: string): string => `
import { readFileSync } from 'node:fs'
import * as pulumi from ${JSON.stringify(import.meta.resolve('@pulumi/pulumi'))}
import { File } from ${JSON.stringify(resources)}
export default ({ site }) => {
  const content = pulumi.secret(readFileSync(${JSON.stringify(secretFile)}, 'utf8'))
  const file = new File('license', { host: site.hosts[0].id, path: ${JSON.stringify(path)}, content })
  return { license: file.content }
}
`

describe('a secret of a program', { timeout: 90_000 }, () => {
  let rig: Rig
  let program: string
  let secretFile: string
  let temporary: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    secretFile = join(rig.folder, 'license.secret')
    temporary = join(rig.folder, 'tmp')
    mkdirSync(temporary)
    program = rig.program('secret', secretProgram(secretFile))
  })
  afterEach(() => host().clear())
  afterAll(() => rig.close())

  const host = () => rig.lab.host('nairobi-hv1')
  const options = () => ({ cwd: rig.folder, env: { TMPDIR: temporary, NODE_COMPILE_CACHE: temporary } })
  const run = (...args: string[]): Promise<Ended> => runCli([...args, '--program', program], options())
  const draw = (): string => {
    const secret = `license ${randomUUID()}`
    writeFileSync(secretFile, secret)
    return secret
  }

  /** Files below the project and the temporary folder that hold the text, as it is or as Base64. */
  const filesWith = (secret: string): readonly string[] =>
    readdirSync(rig.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(rig.folder, name))
      .filter((file) => file !== secretFile && statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      .filter((file) => holds(readFileSync(file), secret))
  /** Files of the host that hold it, but for the one that should. */
  const hostFilesWith = (secret: string): readonly string[] =>
    host()
      .world.files.walk()
      .map(([name]) => name)
      .filter((name) => name.toLowerCase() !== path.toLowerCase() && textOf(host(), name)?.includes(secret))
  /** Processes that show it in their arguments or environment. */
  const processesWith = (pids: readonly number[], secret: string): readonly number[] =>
    pids.filter((pid) =>
      ['cmdline', 'environ'].some((part) => holds(readFileSync(`/proc/${pid}/${part}`), secret)),
    )

  it('reaches the file of the host, and nothing else: no output, state, work file, argument or environment', async () => {
    const secret = draw()
    const preview = await run('preview', 'nairobi', '--json')
    expect(preview.code).toBe(0)

    const up = startCli(['up', 'nairobi', '--program', program], { ...options(), columns: 100 })
    await up.until('Go on with up?')
    host().order({ name: 'hold-reply', value: 0 })
    up.type('yes\n')
    await waitUntil(() => textOf(host(), path) !== undefined)
    const pids = up.processes()
    // The terminal's helper, the command line, the engine.
    expect(pids.length).toBeGreaterThanOrEqual(3)
    expect(processesWith(pids, secret)).toEqual([])
    expect(filesWith(secret)).toEqual([])
    host().clear()
    const done = await up.ended
    expect(done.code).toBe(0)

    expect(textOf(host(), path)).toBe(secret)
    expect(filesWith(secret)).toEqual([])
    expect(hostFilesWith(secret)).toEqual([])
    for (const { stdout, stderr } of [preview, done]) expect(stdout + stderr).not.toContain(secret)
  })

  it('is not in what is said of a failed change, of drift or of a removal', async () => {
    const before = textOf(host(), path)!
    const secret = draw()
    host().order({ name: 'disk-full' })
    const failed = await run('up', 'nairobi', '--yes', '--json')
    host().clear()
    expect(failed.code).toBe(1)

    host().world.files.write(path, new TextEncoder().encode('edited by hand'))
    const drifted = await run('preview', 'nairobi', '--json')
    expect(JSON.parse(drifted.stdout)).toMatchObject({ differences: true })
    const repaired = await run('up', 'nairobi', '--yes')
    expect([repaired.code, textOf(host(), path)]).toEqual([0, secret])
    expect(await run('preview', 'nairobi', '--expect-no-changes')).toMatchObject({ code: 0 })
    const removed = await run('destroy', 'nairobi', '--yes', '--json')
    expect(removed.code).toBe(0)

    for (const text of [before, secret]) {
      for (const { stdout, stderr } of [failed, drifted, repaired, removed])
        expect(stdout + stderr).not.toContain(text)
      expect(filesWith(text)).toEqual([])
      expect(hostFilesWith(text)).toEqual([])
    }
  })
})

const holds = (bytes: Buffer, secret: string): boolean =>
  bytes.includes(secret) ||
  bytes.includes(secret, 0, 'utf16le') ||
  bytes.includes(Buffer.from(secret).toString('base64').slice(0, -4))
