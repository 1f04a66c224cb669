import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestKeysOf } from '../../lib/reconcile/digest-key.ts'
import { type Ended, runCli, startCli, waitUntil } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { textOf } from '../rig/programs.ts'

const resources = new URL('../../lib/provider/resources/index.ts', import.meta.url).href
const command = createRequire(import.meta.url).resolve('@pulumi/command')

/** Reads its secrets from beside the inventory and puts one wherever a value may be. */
const source = (secrets: string): string => `
import { readFileSync } from 'node:fs'
import * as pulumi from ${JSON.stringify(import.meta.resolve('@pulumi/pulumi'))}
import command from ${JSON.stringify(command)}
import { File } from ${JSON.stringify(resources)}
const of = JSON.parse(readFileSync(${JSON.stringify(secrets)}, 'utf8'))
export default ({ site }) => {
  const host = site.hosts[0].id
  const text = pulumi.secret(of.text)
  if (process.env['PROVOKE'] === 'program') text.apply((plain) => { throw new Error('a key that nobody knows: ' + plain) })
  const first = new File('first', { host, path: 'C:\\\\Keys\\\\first.txt', content: text })
  new File('passed', { host, path: 'C:\\\\Keys\\\\passed.txt', content: first.content, encoding: 'utf16le' })
  new File('made', { host, path: 'C:\\\\Keys\\\\made.txt', content: pulumi.interpolate\`key = \${pulumi.secret(of.part)}\` })
  new File('short', { host, path: 'C:\\\\Keys\\\\short.txt', content: pulumi.secret(of.pin) })
  new File('plain', { host, path: 'C:\\\\Keys\\\\plain.txt', content: 'to be read by anybody' })
  const ran = new command.remote.Command('ran', {
    connection: { host },
    create: pulumi.secret("'said " + of.made + "'"),
    delete: pulumi.secret("throw '" + of.gone + "'"),
  })
  return { text, nested: { deep: [pulumi.secret(of.output)] }, said: ran.stdout, digest: first.sha256 }
}
`

type Secrets = { readonly [name: string]: string }

const drawn = (): Secrets => ({
  text: `a "quoted" \\ back/slash é 100% ${randomUUID()}\r\nsecond line ${randomUUID()}`,
  part: `part ${randomUUID()}`,
  pin: `${Math.trunc(Math.random() * 1e12)}`.padStart(12, '7'),
  made: randomUUID(),
  gone: randomUUID(),
  output: randomUUID(),
})

/** Everything that a value can be written as, and what a short one could be guessed from. */
function formsOf(text: string): readonly Buffer[] {
  const utf8 = Buffer.from(text)
  const utf16 = Buffer.from(text, 'utf16le')
  const escaped = JSON.stringify(text).slice(1, -1)
  const digest = createHash('sha256').update(utf8).digest()
  const lines = text.split('\r\n')
  return [
    ...lines.flatMap((line) => [
      Buffer.from(line),
      Buffer.from(line, 'utf16le'),
      Buffer.from(encodeURIComponent(line)),
    ]),
    Buffer.from(escaped),
    Buffer.from(JSON.stringify(escaped).slice(1, -1)),
    Buffer.from(utf8.toString('hex')),
    ...[utf8, utf16].flatMap(inBase64),
    Buffer.from(digest.toString('hex')),
    Buffer.from(digest.toString('base64').slice(0, -2)),
  ]
}

/** As it stands in a longer text in base64, at each of three places. */
const inBase64 = (bytes: Buffer): readonly Buffer[] =>
  [0, 1, 2].map((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return Buffer.from(whole.slice(before === 0 ? 0 : before + 1, -2))
  })

describe('secrets planted wherever a value can be', { timeout: 240_000 }, () => {
  let rig: Rig
  let program: string
  let secretFile: string
  let temporary: string
  let secrets: Secrets
  let key: string
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    secretFile = join(rig.folder, 'planted.json')
    temporary = join(rig.folder, 'tmp')
    mkdirSync(temporary)
    program = rig.program('planted', source(secretFile))
    secrets = drawn()
    writeFileSync(secretFile, JSON.stringify(secrets))
  })
  afterAll(() => rig.close())

  const host = () => rig.lab.host('nairobi-hv1')
  const passphraseFile = () => join(rig.folder, '.chancery/passphrase')
  const options = (env: { readonly [name: string]: string } = {}) => ({
    cwd: rig.folder,
    env: { TMPDIR: temporary, NODE_COMPILE_CACHE: temporary, ...env },
  })
  const runIn = async (env: { readonly [name: string]: string }, ...args: string[]): Promise<Ended> => {
    const ended = await runCli(args, options(env))
    told(args.join(' '), ended)
    return ended
  }
  const run = (...args: string[]): Promise<Ended> => runIn({}, ...args)
  const on = (...args: string[]): Promise<Ended> => run(...args, '--program', program)

  /** What must not be found: the secrets, the passphrase, and the keys that are made of it. */
  const wanted = (): readonly (readonly [string, readonly Buffer[]])[] => {
    const passphrase = readFileSync(passphraseFile(), 'utf8').trim()
    key ??= digestKeysOf(passphrase, rig.estate.organisation)(
      'nairobi-hv1',
      'windows:File|c:\\keys\\first.txt',
    )!
    return Object.entries({ ...secrets, passphrase, key }).map(
      ([name, text]) => [name, formsOf(text)] as const,
    )
  }
  const found = (bytes: Buffer): readonly string[] =>
    wanted().flatMap(([name, forms]) => (forms.some((form) => bytes.includes(form)) ? [name] : []))
  const told = (what: string, { stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): void => {
    expect({ what, found: found(Buffer.from(`${stdout}\n${stderr}`)), stderr }).toMatchObject({ found: [] })
  }
  /** As it was when it was looked through last: what is drawn later is not in what was written before. */
  const clean = new Map<string, string>()
  const isClean = (file: string): boolean => {
    const { size, mtimeMs, ino } = statSync(file)
    const now = `${size} ${mtimeMs} ${ino}`
    if (clean.get(file) === now) return true
    clean.set(file, now)
    return false
  }
  const inFiles = (): readonly string[] =>
    readdirSync(rig.folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(rig.folder, name))
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      .filter((file) => file !== secretFile && file !== passphraseFile() && !isClean(file))
      .flatMap((file) => {
        const bytes = readFileSync(file)
        return found(file.endsWith('.gz') ? gunzipSync(bytes) : bytes).map((name) => `${name} in ${file}`)
      })
  const onHost = (): readonly string[] =>
    host()
      .world.files.walk()
      .map(([name]) => name)
      .filter((name) => !name.toLowerCase().startsWith('c:\\keys\\'))
      .flatMap((name) => found(Buffer.from(textOf(host(), name) ?? '')).map((one) => `${one} in ${name}`))
  const inProcesses = (pids: readonly number[]): readonly string[] =>
    pids.flatMap((pid) =>
      ['cmdline', 'environ'].flatMap((part) =>
        found(readFileSync(`/proc/${pid}/${part}`)).map((name) => `${name} in ${part} of ${pid}`),
      ),
    )
  const nowhere = (): void => expect([...inFiles(), ...onHost()]).toEqual([])

  it('the forms that are looked for are found where one is', () => {
    const hidden = Buffer.from(`xy${secrets['text']}z`).toString('base64')
    const forms = formsOf(secrets['text']!)
    expect(forms.some((form) => Buffer.from(hidden).includes(form))).toBe(true)
    expect(forms.some((form) => Buffer.from(JSON.stringify({ a: secrets['text'] })).includes(form))).toBe(
      true,
    )
  })

  it('are in no preview, no plan that is saved, shown, compared or verified, and no change that runs', async () => {
    expect((await on('preview', 'nairobi', '--offline')).code).not.toBe(0)
    expect(await on('preview', 'nairobi', '--json')).toMatchObject({ code: 0 })
    const plan = join(rig.folder, 'nairobi.plan')
    expect(await on('preview', 'nairobi', '--save', plan)).toMatchObject({ code: 0 })
    expect(await on('preview', 'nairobi', '--save', `${plan}.2`)).toMatchObject({ code: 0 })
    await run('plan', 'show', plan)
    await run('plan', 'diff', plan, `${plan}.2`)
    await run('plan', 'verify', plan)
    nowhere()

    host().order({ name: 'warnings', text: `it says ${secrets['text']} and ${secrets['pin']}` })
    const up = startCli(['up', '--plan', plan], { ...options(), columns: 100 })
    await up.until('Go on with up?')
    host().order({ name: 'hold-reply', value: 0 })
    up.type('yes\n')
    await waitUntil(() => textOf(host(), 'C:\\Keys\\first.txt') !== undefined)
    expect(inProcesses(up.processes())).toEqual([])
    nowhere()
    host().clear()
    const done = await up.ended
    told('up --plan', done)
    expect(done.code).toBe(0)
    expect(textOf(host(), 'C:\\Keys\\first.txt')).toBe(secrets['text'])
    nowhere()
    expect(await on('preview', 'nairobi', '--expect-no-changes')).toMatchObject({ code: 0 })
  })

  it('are in no report of drift, of a host that changed, or of an interruption', async () => {
    host().world.files.write('C:\\Keys\\first.txt', Buffer.from('edited by hand'))
    host().world.files.write('C:\\Keys\\short.txt', Buffer.from(secrets['part']!))
    const drift = await on('drift', 'nairobi', '--json')
    expect(drift.code).toBe(4)
    await on('drift', 'nairobi')
    await on('refresh', 'nairobi', '--yes')
    nowhere()

    const up = startCli(['up', 'nairobi', '--program', program], { ...options(), columns: 100 })
    await up.until('Go on with up?')
    host().world.files.write('C:\\Keys\\first.txt', Buffer.from(secrets['made']!))
    up.type('yes\n')
    const changed = await up.ended
    told('up on a changed host', changed)
    expect(`${changed.stdout}${changed.stderr}`).toContain('no longer looks')
    nowhere()

    const cut = startCli(['up', 'nairobi', '--program', program], { ...options(), columns: 100 })
    await cut.until('Go on with up?')
    host().order({ name: 'hold-reply', value: 0 })
    cut.type('yes\n')
    await waitUntil(() => textOf(host(), 'C:\\Keys\\first.txt') === secrets['text'])
    cut.type('\x03')
    await cut.until('nterrupt')
    cut.type('\x03')
    host().clear()
    told('Ctrl-C', await cut.ended)
    nowhere()
    expect((await on('resolve', 'nairobi', '--json')).stdout).toContain('"state":"looked"')
    expect(await on('up', 'nairobi', '--yes')).toMatchObject({ code: 0 })
  })

  it('are in no history, listing, rehearsal or failure, and in nothing that a removal leaves', async () => {
    await run('history', 'nairobi', '--json')
    await on('rehearse', 'preview', 'nairobi')
    const listed = await on('import', 'nairobi', '--json', '--kind', 'file', '--path', 'C:\\Keys')
    expect(listed.stdout).toContain('"path":"C:\\\\Keys\\\\first.txt"')
    nowhere()
    const failing = await on('destroy', 'nairobi', '--yes', '--json')
    expect(failing.code).toBe(1)
    expect(failing.stdout + failing.stderr).toContain('withheld')
    nowhere()
  })

  it('are in no exception of the program, or of ours, that quotes them', async () => {
    const thrown = await runIn({ PROVOKE: 'program' }, 'preview', 'nairobi', '--program', program, '--json')
    expect([thrown.code, thrown.stdout]).toEqual([
      1,
      expect.stringContaining('a key that nobody knows: (secret)'),
    ])
    const provoke = join(rig.folder, 'provoke.mjs')
    // As Node's own errors do, which quote what they were given.
    writeFileSync(
      provoke,
      `import { Hash } from 'node:crypto'
const update = Hash.prototype.update
Hash.prototype.update = function (data, ...more) {
  if (typeof data === 'string' && data.includes('second line')) throw new TypeError('Received ' + data)
  return update.call(this, data, ...more)
}`,
    )
    const ours = { NODE_OPTIONS: `--import=${provoke}` }
    const failed = await runIn(ours, 'preview', 'nairobi', '--program', program, '--json')
    expect([failed.code, failed.stdout + failed.stderr]).toEqual([
      1,
      expect.stringContaining('Internal error: TypeError: Received'),
    ])
    nowhere()
  })

  it.each([
    [
      `new File('named', { host, path: pulumi.secret(of.name), content: 'x' })`,
      /path: expected a plain value/,
    ],
    [
      `new File('odd', { host, path: 'C:\\odd.txt', encoding: 'ascii', content: pulumi.interpolate\`é\${secret}\` })`,
      /another character at position 0/,
    ],
    [`new File('elsewhere', { host: secret, path: 'C:\\else.txt', content: 'x' })`, /host: expected a plain/],
    [`new File('copied', { host, path: 'C:\\copied.txt', source: secret })`, /source is secret/],
    [
      `new File('left', { host, path: 'C:\\left.txt', content: 'x', accept: [{ property: 'content', value: secret, reason: 'so', until: '2090-01-01' }] })`,
      /accept: expected a plain value/,
    ],
    [`new VirtualMachine('machine', { host, name: 'fs1', notes: secret })`, /notes: expected a plain value/],
    [`new VirtualSwitch('switch', { host, name: secret, type: 'private' })`, /name: expected a plain value/],
    [`new Service('service', { host, name: secret })`, /name: expected a plain value/],
    [`new Feature('feature', { host, name: secret })`, /name: expected a plain value/],
  ])('are refused where they would be shown, in words that do not show them: %s', async (declared, says) => {
    secrets = { ...secrets, refused: randomUUID(), name: `C:\\Keys\\${randomUUID()}.txt` }
    writeFileSync(secretFile, JSON.stringify(secrets))
    const shown = rig.program(
      'shown',
      `
import { readFileSync } from 'node:fs'
import * as pulumi from ${JSON.stringify(import.meta.resolve('@pulumi/pulumi'))}
import { File, VirtualMachine, VirtualSwitch, Service, Feature } from ${JSON.stringify(resources)}
const of = JSON.parse(readFileSync(${JSON.stringify(secretFile)}, 'utf8'))
export default ({ site }) => {
  const host = site.hosts[0].id
  const secret = pulumi.secret(of.refused)
  ${declared.replaceAll('C:\\', 'C:\\\\')}
}
`,
    )
    // In this process, for speed: what a command line prints is made of this report and of these events.
    const report = await rig.run('preview', { program: shown })
    told('preview', { stdout: JSON.stringify(report), stderr: JSON.stringify(rig.events) })
    expect(report.sites).toMatchObject([{ outcome: 'failed', because: expect.stringMatching(says) }])
    nowhere()
  })
})
