import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type FaultName, faultTable } from './fault-table.ts'
import { Faults, parseFault } from './faults.ts'

const names = Object.keys(faultTable) as FaultName[]

test('a fault is read from HOST:NAME and HOST:NAME:ARG', () => {
  expect(parseFault('beirut-hv1:drop-after-act:3')).toEqual({
    ok: true,
    value: { host: 'beirut-hv1', fault: { name: 'drop-after-act', value: 3 } },
  })
  expect(parseFault('beirut-hv1:banner:Welcome: all')).toEqual({
    ok: true,
    value: { host: 'beirut-hv1', fault: { name: 'banner', text: 'Welcome: all' } },
  })
  expect(parseFault('beirut-hv1:login-refused')).toEqual({
    ok: true,
    value: { host: 'beirut-hv1', fault: { name: 'login-refused' } },
  })
})

test.each([
  ['', 'expected HOST:NAME'],
  ['beirut-hv1', 'expected HOST:NAME'],
  ['beirut-hv1:drop', 'drop-before-act'],
  ['beirut-hv1:login-refused:2', 'takes no argument'],
  ['beirut-hv1:slow:soon', 'a whole number, got "soon"'],
])('%j is refused with what was expected', (text, expected) => {
  const parsed = parseFault(text)
  expect(parsed.ok).toBe(false)
  if (!parsed.ok) expect(parsed.error).toContain(expected)
})

test('a fault that strikes once strikes the frame that was ordered and no other', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(
        ...names.filter(
          (name) => faultTable[name].lasts === 'once' && faultTable[name].argument === 'frames',
        ),
      ),
      fc.integer({ min: 1, max: 20 }),
      (name, at) => {
        const faults = new Faults()
        faults.order({ name, value: at })
        const struck = Array.from({ length: 25 }, () => faults.frame().has(name))
        expect(struck.map((hit, i) => (hit ? i + 1 : 0)).filter((i) => i > 0)).toEqual([at])
      },
    ),
  )
})

test('a fault of a delivery strikes at its byte, once, however the bytes come', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('drop-mid-transfer' as const, 'receiver-killed' as const, 'stall' as const),
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 10 }),
      (name, at, pieces) => {
        const faults = new Faults()
        faults.order({ name, value: at })
        let before = 0
        const struck = pieces.flatMap((bytes) => {
          const hit = faults.bulk(bytes)
          const where = before + hit.before
          before += bytes
          return hit.struck === undefined ? [] : [[hit.struck, where]]
        })
        const sum = pieces.reduce((all, bytes) => all + bytes, 0)
        expect(struck).toEqual(at <= sum ? [[name, at]] : [])
        expect(faults.frame().size).toBe(0)
      },
    ),
  )
})

test('a fault that lasts stands until it is cleared, whatever frames pass', () => {
  for (const name of names.filter((n) => faultTable[n].lasts === 'on')) {
    const faults = new Faults()
    expect(faults.standing(name)).toBeUndefined()
    faults.order({ name })
    for (let i = 0; i < 5; i++) expect(faults.frame().size).toBe(0)
    expect(faults.standing(name)).toBeDefined()
    faults.clear(name)
    expect(faults.standing(name)).toBeUndefined()
  }
})

test('the README lists every fault with its moment and effect', () => {
  const readme = readFileSync(new URL('README.md', import.meta.url), 'utf8')
  for (const name of names) {
    const { argument, moment, effect } = faultTable[name]
    expect(readme).toContain(
      `| \`${name}\` | ${argument === 'none' ? '' : argument} | ${moment} | ${effect} |`,
    )
  }
})
