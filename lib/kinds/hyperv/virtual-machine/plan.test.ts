import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { after } from './model.test-rig.ts'
import { plan, remove } from './plan.ts'
import { type Found, props, type Want } from './props.ts'

const MiB = 1_048_576
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const size = fc.constantFrom(512, 1024, 2048, 4096, 8192)
const path = fc.constantFrom('D:\\a.vhdx', 'D:\\b.vhdx', 'E:\\c.vhdx')
const iso = fc.constantFrom('D:\\one.iso', 'D:\\two.iso')
const cardName = fc.constantFrom('LAN', 'DMZ', 'Backup')
const switchName = fc.constantFrom('lan', 'dmz')
const mac = fc.constantFrom('00:15:5d:00:00:01', '00155D000002')

/** Inputs, as far as the schema takes them. */
const wanted: fc.Arbitrary<Want> = fc
  .record({
    name: fc.constantFrom('fs1', 'FS1'),
    memoryStartupMB: optional(size),
    dynamicMemory: optional(fc.boolean()),
    memoryMinimumMB: optional(size),
    memoryMaximumMB: optional(size),
    processors: optional(fc.integer({ min: 1, max: 4 })),
    adapters: optional(
      fc.array(
        fc.record({
          name: cardName,
          switch: switchName,
          vlan: optional(fc.constantFrom(0, 20)),
          mac: optional(mac),
        }),
        {
          maxLength: 3,
        },
      ),
    ),
    disks: optional(fc.array(fc.record({ path }), { maxLength: 3 })),
    dvd: optional(fc.oneof(fc.constantFrom('none', 'empty'), iso)),
    secureBoot: optional(fc.boolean()),
    bootOrder: optional(fc.uniqueArray(fc.constantFrom('disk', 'dvd', 'network'), { minLength: 1 })),
    automaticStartAction: optional(fc.constantFrom('nothing', 'start')),
    automaticStopAction: optional(fc.constantFrom('save', 'shut-down')),
    notes: optional(fc.constantFrom('', 'x')),
    state: optional(fc.constantFrom('running', 'off')),
    allowPowerCycle: fc.boolean(),
  })
  .map((want) => props.safeParse(want))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data as Want)

/** Machines as they are found, with a boot order that fits their devices. */
const seen: fc.Arbitrary<Found> = fc
  .record({
    generation: fc.constantFrom(1, 2),
    state: fc.constantFrom('Off', 'Running'),
    dynamicMemory: fc.boolean(),
    startup: size,
    minimum: size,
    maximum: size,
    processors: fc.integer({ min: 1, max: 4 }),
    cards: fc.uniqueArray(cardName),
    attached: fc.uniqueArray(path),
    dvds: fc.array(fc.option(iso), { maxLength: 1 }),
    secureBoot: fc.boolean(),
    shuffle: fc.infiniteStream(fc.nat()),
    start: fc.constantFrom('Nothing', 'Start', 'StartIfRunning'),
    stop: fc.constantFrom('Save', 'ShutDown'),
  })
  .map(({ cards, attached, startup, minimum, maximum, shuffle, start, stop, ...rest }) => ({
    ...rest,
    id: 'known',
    name: 'fs1',
    namesakes: [],
    memoryStartupBytes: startup * MiB,
    memoryMinimumBytes: minimum * MiB,
    memoryMaximumBytes: maximum * MiB,
    adapters: cards.map((name) => ({
      id: `id-${name}`,
      name,
      switchName: 'lan',
      mac: null,
      vlanMode: 'Untagged',
      vlan: 0,
    })),
    disks: attached.map((base, location) => ({ path: base, base, controller: 'SCSI', number: 0, location })),
    secureBoot: rest.generation === 2 ? rest.secureBoot : null,
    secureBootTemplate: rest.generation === 2 ? 'MicrosoftWindows' : null,
    bootOrder: rest.generation === 1 ? [] : shuffled(devices(cards, attached, rest.dvds), shuffle),
    automaticStartAction: start,
    automaticStartDelaySeconds: 0,
    automaticStopAction: stop,
    checkpointType: 'Production',
    notes: '',
  }))

const devices = (
  cards: readonly string[],
  disks: readonly string[],
  dvds: readonly unknown[],
): readonly string[] => [
  'other',
  ...cards.map((name) => `network:${name}`),
  ...disks.map((base) => `disk:${base}`),
  ...dvds.map(() => 'dvd'),
]

const shuffled = (tokens: readonly string[], by: IterableIterator<number>): string[] =>
  tokens
    .map((token) => ({ token, rank: Number(by.next().value) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ token }) => token)

/** A firmware can only be declared for a machine that has one. */
const fits = (want: Want, found: Found): boolean =>
  found.generation === 2 || (want.secureBoot === undefined && want.bootOrder === undefined)

describe('the plan of a virtual machine', () => {
  it('leads to the machine that is wanted, whatever was found, and then to nothing', () => {
    fc.assert(
      fc.property(wanted, fc.option(seen), (want, found) => {
        fc.pre(found === null || fits(want, found))
        const first = plan(want, found, found ?? undefined)
        fc.pre(first.do === 'steps')
        const reached = after(found, first.do === 'steps' ? first.steps : [])
        expect(plan(want, reached, reached ?? undefined).do).toBe('nothing')
      }),
      { numRuns: 2000 },
    )
  })

  it('goes on from wherever it was cut off', () => {
    fc.assert(
      fc.property(wanted, fc.option(seen), fc.nat(20), (want, found, cut) => {
        fc.pre(found === null || fits(want, found))
        const first = plan(want, found, found ?? undefined)
        fc.pre(first.do === 'steps' && cut < first.steps.length)
        const half = after(found, first.do === 'steps' ? first.steps.slice(0, cut) : [])
        const rest = plan({ ...want, allowPowerCycle: true }, half, half ?? undefined)
        const reached = rest.do === 'steps' ? after(half, rest.steps) : half
        expect(plan(want, reached, reached ?? undefined).do).toBe('nothing')
      }),
      { numRuns: 1000 },
    )
  })

  it('powers nothing off unless that is allowed, and with leave it always gets there', () => {
    fc.assert(
      fc.property(wanted, seen, (want, found) => {
        fc.pre(fits(want, found))
        for (const made of [plan(want, found, found), remove(want, found, found)]) {
          const cuts = made.do === 'steps' && made.steps.some((step) => step.effects.includes('powers-off'))
          if (!want.allowPowerCycle) expect(cuts).toBe(false)
          else if (made.do === 'refuse') expect(made.rule).toBe('memory-order')
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('never names a disk file in a step that could delete it', () => {
    fc.assert(
      fc.property(wanted, seen, (want, found) => {
        const made = remove({ ...want, allowPowerCycle: true }, found, found)
        expect(made.do === 'steps' && made.steps.map((step) => step.verb)).toEqual(
          found.state === 'Running' ? ['stop', 'remove'] : ['remove'],
        )
        expect(JSON.stringify(made)).not.toContain('.vhdx')
      }),
    )
  })
})
