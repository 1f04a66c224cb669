import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Step } from '../../kind.ts'
import { plan, remove } from './plan.ts'
import { type Found, props, type Want } from './props.ts'

const card = fc.constantFrom('Ethernet', 'Ethernet 2')

const wanted: fc.Arbitrary<Want> = fc
  .record({
    name: fc.constantFrom('dmz', 'DMZ'),
    type: fc.constantFrom('external', 'internal', 'private'),
    adapter: fc.option(card, { nil: undefined }),
    allowManagementOs: fc.option(fc.boolean(), { nil: undefined }),
    notes: fc.option(fc.constantFrom('', 'x'), { nil: undefined }),
  })
  .map((want) => props.safeParse(want))
  .filter((parsed) => parsed.success)
  .map((parsed) => parsed.data as Want)

const seen: fc.Arbitrary<Found> = fc
  .record({
    name: fc.constantFrom('dmz', 'dmz old'),
    type: fc.constantFrom('External', 'Internal', 'Private'),
    adapter: card,
    shared: fc.boolean(),
    notes: fc.constantFrom('', 'x'),
  })
  .map(({ adapter, shared, ...rest }) => ({
    ...rest,
    id: 'known',
    adapters: rest.type === 'External' ? [adapter] : [],
    teamed: false,
    allowManagementOs: rest.type === 'External' ? shared : rest.type === 'Internal',
    namesakes: [],
  }))

/** What the scripts do to a switch. */
function after(found: Found | null, steps: readonly Step[]): Found | null {
  return steps.reduce<Found | null>((before, { verb, params }) => {
    const share = params['allowManagementOs'] ?? true
    if (verb === 'create') {
      const adapter = params['adapter']
      return {
        id: 'new',
        name: String(params['name']),
        type: String(params['type']),
        adapters: adapter === null ? [] : [String(adapter)],
        teamed: false,
        allowManagementOs: adapter === null ? params['type'] === 'Internal' : share === true,
        notes: String(params['notes'] ?? ''),
        namesakes: [],
      }
    }
    if (before === null || verb === 'check-path') return before
    switch (verb) {
      case 'rename':
        return { ...before, name: String(params['name']) }
      case 'annotate':
        return { ...before, notes: String(params['notes']) }
      case 'retype':
        return {
          ...before,
          type: String(params['type']),
          adapters: [],
          allowManagementOs: params['type'] === 'Internal',
        }
      case 'bind':
        return {
          ...before,
          type: 'External',
          adapters: [String(params['adapter'])],
          allowManagementOs: share === true,
        }
      case 'share':
        return { ...before, allowManagementOs: params['allow'] === true }
      case 'remove':
        return null
      default:
        throw new Error(`${verb}: not a script of this kind`)
    }
  }, found)
}

describe('the plan of a virtual switch', () => {
  it('leads to the switch that is wanted, whatever was found, and then to nothing', () => {
    fc.assert(
      fc.property(wanted, fc.option(seen), (want, found) => {
        const first = plan(want, found, found ?? undefined)
        const reached = first.do === 'steps' ? after(found, first.steps) : found
        expect(plan(want, reached, reached ?? undefined).do).toBe('nothing')
      }),
    )
  })

  it('checks the path of the session before the first step that may cut it', () => {
    fc.assert(
      fc.property(wanted, fc.option(seen), (want, found) => {
        const plans = [
          plan(want, found, undefined),
          ...(found === null ? [] : [remove(want, found, undefined)]),
        ]
        for (const one of plans) {
          const steps = one.do === 'steps' ? one.steps : []
          const cut = steps.findIndex((step) => step.effects.includes('may-cut-management-path'))
          const check = steps.findIndex((step) => step.verb === 'check-path')
          if (cut >= 0) expect(check).toBeGreaterThanOrEqual(0)
          if (cut >= 0) expect(check).toBeLessThan(cut)
        }
      }),
    )
  })

  it('never removes a switch to change it', () => {
    fc.assert(
      fc.property(wanted, seen, (want, found) => {
        const one = plan(want, found, found)
        expect(one.do).not.toBe('replace')
        const verbs = one.do === 'steps' ? one.steps.map((step) => step.verb) : []
        expect(verbs).not.toContain('remove')
        expect(verbs).not.toContain('create')
      }),
    )
  })
})
