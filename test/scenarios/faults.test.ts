import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../lib/domain/clock.ts'
import { describeFailure } from '../../lib/domain/failure.ts'
import type { SiteOutcome } from '../../lib/domain/outcome.ts'
import { type Fault, type FaultName, faultTable, type LabHost } from '../../lib/lab/index.ts'
import { runCli, startCli } from '../rig/cli.ts'
import { type Rig, startRig } from '../rig/estate.ts'
import { hurriedClock } from '../rig/hurried-clock.ts'
import { chainProgram, filesProgram, textOf } from '../rig/programs.ts'

/** Time that goes so much faster than the machine's: what waits for minutes is seen in seconds. */
const hurry = 30
const hurried = hurriedClock(hurry)

/** What shows that the fault has struck, beside how the run ends. */
type Sign =
  | 'more bytes'
  | 'a new connection'
  | 'a slow exchange'
  | 'no login'
  | 'a warning'
  | 'another time'
  | 'the words'
  | 'more sent than it holds'

type Case = {
  /** Other faults that are ordered with it. */
  readonly with?: readonly Fault[]
  readonly value?: number
  readonly text?: string
  /** When it is ordered: before the preview, or once it is confirmed. */
  readonly at: 'preview' | 'act'
  readonly program?: 'chain' | 'switch' | 'source'
  readonly ends: SiteOutcome
  /** What a person reads; none where the run ends well. */
  readonly words?: RegExp
  readonly sign: Sign
  /** What happens in the world once the run is confirmed. */
  readonly meanwhile?: (host: LabHost) => void
}

const cases: { readonly [name in FaultName]: Case } = {
  'refuse-connection': {
    at: 'preview',
    ends: 'unreachable',
    words: /not reachable .*state is untouched/,
    sign: 'no login',
  },
  'host-key-changed': {
    at: 'preview',
    ends: 'failed',
    words: /shows another host key than the one on record: expected .* No credential was sent/,
    sign: 'no login',
  },
  'login-refused': { at: 'preview', ends: 'failed', words: /login of chancery refused/, sign: 'no login' },
  'session-limit': { at: 'preview', ends: 'unreachable', words: /channel/i, sign: 'the words' },
  banner: { at: 'preview', text: 'Authorised use only. '.repeat(50), ends: 'done', sign: 'more bytes' },
  clixml: { at: 'preview', ends: 'done', sign: 'more bytes' },
  'stray-output': { at: 'preview', text: 'Loaded. '.repeat(50), ends: 'done', sign: 'more bytes' },
  warnings: { at: 'preview', text: 'Already so.', ends: 'done', sign: 'a warning' },
  'split-reply': { at: 'preview', value: 3, ends: 'done', sign: 'more bytes' },
  'hold-reply': { at: 'act', value: 20_000, ends: 'done', sign: 'a slow exchange' },
  slow: { at: 'act', value: 5_000, ends: 'done', sign: 'a slow exchange' },
  'access-denied': { at: 'act', ends: 'failed', words: /denied/, sign: 'the words' },
  'disk-full': { at: 'act', ends: 'failed', words: /not enough space/, sign: 'the words' },
  localised: {
    at: 'act',
    with: [{ name: 'disk-full' }],
    ends: 'failed',
    words: /Der Vorgang .*IOException/,
    sign: 'the words',
  },
  'time-limit': { at: 'act', ends: 'failed', words: /time was up/, sign: 'the words' },
  'module-missing': {
    at: 'preview',
    program: 'switch',
    ends: 'deferred',
    words: /Hyper-V is not active/,
    sign: 'the words',
  },
  'clock-skew': { at: 'preview', value: -17, ends: 'done', sign: 'another time' },
  'network-blink': {
    at: 'act',
    program: 'chain',
    value: 20_000,
    meanwhile: ({ world: { hyperv, network } }) =>
      void hyperv.addSwitch({
        name: 'By hand',
        type: 'External',
        allowManagementOS: true,
        adapters: [network.carrier!],
        notes: '',
        teaming: false,
        iov: false,
        bandwidthMode: 'Absolute',
      }),
    ends: 'done',
    sign: 'a slow exchange',
  },
  'drop-before-act': { at: 'act', ends: 'done', sign: 'a new connection' },
  'drop-after-act': { at: 'act', ends: 'done', sign: 'a new connection' },
  'lose-reply': { at: 'act', ends: 'done', sign: 'a new connection' },
  'drop-mid-reply': { at: 'act', ends: 'done', sign: 'a new connection' },
  'second-reply': { at: 'act', ends: 'failed', words: /second reply/, sign: 'the words' },
  'garbage-reply': { at: 'act', ends: 'failed', words: /not our protocol/, sign: 'the words' },
  'worker-killed': { at: 'act', ends: 'done', sign: 'a new connection' },
  'restart-mid-act': { at: 'act', ends: 'done', sign: 'a new connection' },
  'link-down': {
    at: 'act',
    program: 'chain',
    ends: 'unreachable',
    words: /not reachable|not known yet/,
    sign: 'the words',
  },
  'drop-mid-transfer': {
    at: 'act',
    program: 'source',
    value: 60_000,
    ends: 'done',
    sign: 'a new connection',
  },
  'receiver-killed': {
    at: 'act',
    program: 'source',
    value: 60_000,
    ends: 'done',
    sign: 'more sent than it holds',
  },
  stall: {
    at: 'act',
    program: 'source',
    value: 60_000,
    ends: 'unreachable',
    words: /of 100000 bytes are there and stay/,
    sign: 'the words',
  },
  'disk-fills': {
    at: 'act',
    program: 'source',
    value: 80_000,
    ends: 'failed',
    words: /disk-space: .* 80000 are free/,
    sign: 'the words',
  },
  // What these two do to a later version: delivery.test.ts.
  'target-in-use': {
    at: 'act',
    program: 'source',
    text: 'C:\\Big\\elsewhere.bin',
    ends: 'done',
    sign: 'the words',
  },
  'content-corrupted': { at: 'act', program: 'source', ends: 'done', sign: 'the words' },
  'link-flaps': { at: 'preview', value: 10_000, ends: 'done', sign: 'the words' },
}

const switchProgram = `import { VirtualSwitch } from ${JSON.stringify(new URL('../../lib/index.ts', import.meta.url).href)}
export default ({ site }) => {
  for (const host of site.hosts) new VirtualSwitch('inner', { host: host.id, name: 'Inner', type: 'private' })
}
`

const sourceProgram = `import { File } from ${JSON.stringify(new URL('../../lib/index.ts', import.meta.url).href)}
export default ({ site }) => {
  for (const host of site.hosts) new File('big', { host: host.id, path: 'C:\\\\Big\\\\big.bin', source: 'big.bin' })
}
`
const sources = { chain: chainProgram(4), switch: switchProgram, source: sourceProgram }
const big = randomBytes(100_000)

describe('a fault, as it is ordered and as it ends', () => {
  let rig: Rig
  let host: LabHost
  let usual: number
  const up = async (program: string, confirm = (): void => undefined) =>
    (await rig.run('up', { program, confirm: async () => (confirm(), true) })).sites[0]!
  beforeEach(async () => {
    // Shorter than a few tries: how long these take is left to chance, and the patience of a test ends soon.
    rig = await startRig({ sites: ['nairobi'], clock: hurried, restartMs: 1_000 })
    writeFileSync(join(rig.estate.folder, 'big.bin'), big)
    host = rig.lab.host('nairobi-hv1')
  })
  afterEach(() => rig.close())
  beforeAll(async () => {
    // The least of a few: a busy machine splits what else goes in one frame.
    usual = Number.POSITIVE_INFINITY
    for (let turn = 0; turn < 3; turn++) {
      const plain = await startRig({ sites: ['nairobi'], clock: hurried })
      await plain.run('up', { program: plain.program('files', filesProgram(6, 'text')) })
      usual = Math.min(usual, plain.lab.host('nairobi-hv1').counters.bytesDown)
      await plain.close()
    }
  })

  it.each(Object.entries(cases) as readonly (readonly [FaultName, Case])[])(
    '%s',
    async (name, { at, ends, words, sign, meanwhile, program: kind, value, text, ...also }) => {
      const source = kind === undefined ? filesProgram(6, 'text') : sources[kind]
      const program = rig.program(kind ?? 'files', source)
      const order = () => {
        const fault = {
          name,
          ...(value === undefined ? {} : { value }),
          ...(text === undefined ? {} : { text }),
        }
        for (const each of [fault, ...(also.with ?? [])]) host.order(each)
        meanwhile?.(host)
      }
      if (at === 'preview') order()
      const ended = await up(program, at === 'act' ? order : undefined)
      const told = [ended.because ?? '', ...ended.failures.map(describeFailure)].join('\n')
      expect([ended.outcome, told]).toEqual([ends, words === undefined ? '' : expect.stringMatching(words)])
      signOf(sign)
      host.clear()
      if (at === 'act' && ends !== 'done') {
        await systemClock.sleep(6_000 / hurry)
        expect((await up(program)).outcome).toBe('done')
      }
      expect(madeBy(kind)).toBe(at === 'act' || ends === 'done')
    },
    60_000,
  )

  /** Everything that the program declares is there. */
  const madeBy = (kind: Case['program']): boolean =>
    kind === 'source'
      ? host.world.files.file('C:\\Big\\big.bin') !== undefined
      : kind === 'switch'
        ? host.world.hyperv.switches.some((one) => one.name === 'Inner')
        : kind === 'chain'
          ? [0, 1, 2, 3].every((i) => textOf(host, `C:\\Chain\\${i}.txt`) === `link ${i}`)
          : [0, 1, 2, 3, 4, 5].every((i) => textOf(host, `C:\\Notes\\${i}.txt`) === `text ${i}`)

  function signOf(sign: Sign): void {
    const slowest = Math.max(0, ...rig.events.flatMap((e) => (e.kind === 'exchange' ? [e.ms] : [])))
    switch (sign) {
      case 'more bytes':
        return expect(host.counters.bytesDown).toBeGreaterThan(usual + 300)
      case 'a new connection':
        return expect(host.counters.connections).toBeGreaterThan(1)
      case 'a slow exchange':
        return expect(slowest).toBeGreaterThan(4_500)
      case 'no login':
        return expect(host.counters.logins).toBe(0)
      case 'a warning':
        return expect(rig.events.filter((e) => e.kind === 'warning')).not.toEqual([])
      case 'another time':
        return expect(Math.round((host.world.now() - hurried.now()) / 60_000)).toBe(-17)
      case 'more sent than it holds':
        return expect(host.counters.bulkBytes).toBeGreaterThan(big.length + 20_000)
      case 'the words':
        return
    }
  }
})

describe('a fault on the command line', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig({ sites: ['nairobi'] })
    await rig.lab.close()
  })
  afterAll(() => rig.close())

  const during = async (fault: string, ...args: readonly string[]) => {
    const lab = startCli(['lab', 'up', 'nairobi', '--no-delay', '--fault', `nairobi-hv1:${fault}`], {
      cwd: rig.folder,
    })
    await lab.until('The lab is ready')
    const ended = await runCli(args, { cwd: rig.folder })
    process.kill(lab.pid, 'SIGINT')
    await lab.ended
    return ended
  }

  it('lab up --fault strikes whoever works against it', async () => {
    const preview = await during('login-refused', 'preview', 'nairobi')
    expect([preview.code, preview.stdout]).toEqual([1, expect.stringMatching(/login of chancery refused/)])
    const doctor = await during('clock-skew:-17', 'doctor', 'nairobi', '--json')
    expect([doctor.code, doctor.stdout]).toEqual([
      1,
      expect.stringMatching(
        /"name":"clock","verdict":"fail","found":"(17 min 0\d s|16 min 5\d s) behind ours"/,
      ),
    ])
  })

  it('every fault can be ordered there by its name', () => {
    expect(Object.keys(cases).sort()).toEqual(Object.keys(faultTable).sort())
  })
})
