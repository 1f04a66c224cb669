import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromJson, type Host, type Json, read, run, text, toWireJson } from './index.ts'
import { typeOf } from './types.ts'
import type { PsValue } from './values.ts'

const host: Host = { command: () => undefined, type: () => undefined, environment: () => undefined }
const scripts = new Map<string, ReturnType<typeof read>>()

/** What an expression over `$Params` gives; an error as its id. */
function value(expression: string, params: Json): PsValue {
  const script = scripts.get(expression) ?? read(`param($Params)\n${expression}\n`, 'property.ps1')
  scripts.set(expression, script)
  if (!script.ok) throw new Error(JSON.stringify(script.error))
  const { output, error } = run(script.value, { host, params: fromJson(params) })
  if (error !== null) return `error ${error.fqid}`
  return output.length === 1 ? output[0]! : [...output]
}
const said = (expression: string, params: Json): string => text(value(expression, params))

/** A decimal as whole digits and how many of them stand behind the point. */
type Exact = { readonly digits: bigint; readonly scale: number }
const decimals = (most: bigint): fc.Arbitrary<Exact> =>
  fc
    .record({ digits: fc.bigInt({ min: -most, max: most }), scale: fc.integer({ min: 0, max: 8 }) })
    // a cast from text drops zeros at the end
    .map(({ digits, scale }) =>
      exactOf(
        written({ digits, scale })
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, ''),
      ),
    )

function written({ digits, scale }: Exact): string {
  const all = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0')
  const point = all.length - scale
  return `${digits < 0n ? '-' : ''}${all.slice(0, point)}${scale > 0 ? `.${all.slice(point)}` : ''}`
}
const at = (x: Exact, scale: number): bigint => x.digits * 10n ** BigInt(scale - x.scale)
const magnitude = (n: bigint): bigint => (n < 0n ? -n : n)
const exactOf = (source: string): Exact => {
  const [whole = '', behind = ''] = source.split('.')
  return { digits: BigInt(whole + behind), scale: behind.length }
}

describe('decimals', () => {
  const pair = fc.tuple(decimals(10n ** 13n), decimals(10n ** 13n))
  const both = ([a, b]: readonly [Exact, Exact]): Json => ({ a: written(a), b: written(b) })

  test.each(['+', '-'] as const)('%s is exact, at the longer of both scales', (op) => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const scale = Math.max(a.scale, b.scale)
        const digits = op === '+' ? at(a, scale) + at(b, scale) : at(a, scale) - at(b, scale)
        fc.pre(digits !== 0n)
        expect(said(`[decimal]$Params.a ${op} [decimal]$Params.b`, both([a, b]))).toBe(
          written({ digits, scale }),
        )
      }),
    )
  })

  test('* is exact, at the sum of both scales', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const product = { digits: a.digits * b.digits, scale: a.scale + b.scale }
        fc.pre(product.digits !== 0n)
        expect(said('[decimal]$Params.a * [decimal]$Params.b', both([a, b]))).toBe(written(product))
      }),
    )
  })

  test('/ is off by half of its last digit at most', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        fc.pre(b.digits !== 0n)
        const q = exactOf(said('[decimal]$Params.a / [decimal]$Params.b', both([a, b])))
        const scale = Math.max(a.scale, b.scale + q.scale)
        const rest = magnitude(
          at(a, scale) - at({ digits: b.digits * q.digits, scale: b.scale + q.scale }, scale),
        )
        const unit = at({ digits: magnitude(b.digits), scale: b.scale + q.scale }, scale)
        expect(rest * 2n <= unit).toBe(true)
      }),
    )
  })

  test('% leaves what is smaller than the divisor, with the sign of what is divided', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        fc.pre(b.digits !== 0n)
        const scale = Math.max(a.scale, b.scale)
        const got = exactOf(said('[decimal]$Params.a % [decimal]$Params.b', both([a, b])))
        expect(at(got, Math.max(scale, got.scale))).toBe(
          at({ digits: at(a, scale) % at(b, scale), scale }, Math.max(scale, got.scale)),
        )
      }),
    )
  })

  test('compare as the numbers that they are', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const scale = Math.max(a.scale, b.scale)
        const [x, y] = [at(a, scale), at(b, scale)]
        const ops = '-lt -le -eq -ne -ge -gt'.split(' ')
        const got = ops.map((op) => value(`[decimal]$Params.a ${op} [decimal]$Params.b`, both([a, b])))
        expect(got).toEqual([x < y, x <= y, x === y, x !== y, x >= y, x > y])
      }),
    )
  })
})

describe('whole numbers', () => {
  const int = fc.oneof(
    fc.integer(),
    fc.integer({ min: -9, max: 9 }),
    fc.constantFrom(2147483647, -2147483648),
  )

  test.each([
    ['+', (a: bigint, b: bigint) => a + b],
    ['-', (a: bigint, b: bigint) => a - b],
    ['*', (a: bigint, b: bigint) => a * b],
  ] as const)('%s stays Int32 where it fits, and is a Double where it does not', (op, oracle) => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        const exact = oracle(BigInt(a), BigInt(b))
        const fits = exact === BigInt.asIntN(32, exact)
        const got = value(`$Params.a ${op} $Params.b`, { a, b })
        expect(typeOf(got)).toBe(fits ? 'System.Int32' : 'System.Double')
        if (fits) expect(text(got)).toBe(String(exact))
        else expect(Number(toWireJson(got))).toBe(Number(exact))
      }),
    )
  })

  test('/ is whole only where nothing is left, and % keeps the sign of what is divided', () => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        fc.pre(b !== 0 && !(a === -2147483648 && b === -1))
        const whole = a % b === 0
        const quotient = value('$Params.a / $Params.b', { a, b })
        expect(typeOf(quotient)).toBe(whole ? 'System.Int32' : 'System.Double')
        if (whole) expect(text(quotient)).toBe(String(BigInt(a) / BigInt(b)))
        expect(said('$Params.a % $Params.b', { a, b })).toBe(String(BigInt(a) % BigInt(b)))
      }),
    )
  })

  test('order as they are, and Sort-Object puts them so', () => {
    fc.assert(
      fc.property(fc.array(int, { minLength: 2, maxLength: 20 }), (list) => {
        const [a = 0, b = 0] = list
        expect(value('$Params.a -lt $Params.b', { a, b })).toBe(a < b)
        expect(said("@($Params.l | Sort-Object) -join ','", { l: list })).toBe(
          list.toSorted((x, y) => x - y).join(),
        )
      }),
    )
  })
})

describe('-f', () => {
  test('pads to a width, left or right', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
        fc.integer({ min: 1, max: 15 }),
        (s, n) => {
          expect(value(`'{0,${n}}|{0,-${n}}' -f $Params.s`, { s })).toBe(`${s.padStart(n)}|${s.padEnd(n)}`)
        },
      ),
    )
  })

  test('writes whole numbers with leading zeros, and in hexadecimal', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 12 }), (n, width) => {
        const digits = String(Math.abs(n)).padStart(width, '0')
        const hex = (n >>> 0).toString(16)
        expect(value(`'{0:D${width}} {0:x} {0:X8}' -f $Params.n`, { n })).toBe(
          `${n < 0 ? '-' : ''}${digits} ${hex} ${hex.toUpperCase().padStart(8, '0')}`,
        )
      }),
    )
  })

  test('rounds a decimal away from zero, and groups by thousands', () => {
    fc.assert(
      fc.property(decimals(10n ** 13n), fc.integer({ min: 0, max: 6 }), (x, places) => {
        const unit = 10n ** BigInt(Math.max(0, x.scale - places))
        const up = magnitude(at(x, Math.max(x.scale, places)))
        const rounded = (up + unit / 2n) / unit
        fc.pre(rounded !== 0n)
        const plain = written({ digits: x.digits < 0n ? -rounded : rounded, scale: places })
        expect(value(`'{0:F${places}}' -f [decimal]$Params.x`, { x: written(x) })).toBe(plain)
        const grouped = plain.replace(/\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ','))
        expect(value(`'{0:N${places}}' -f [decimal]$Params.x`, { x: written(x) })).toBe(grouped)
      }),
    )
  })

  test('takes doubled braces for braces', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('{', '}', 'a', ' '), maxLength: 8 }), (s) => {
        expect(value('$Params.f -f 1', { f: s.replaceAll('{', '{{').replaceAll('}', '}}') })).toBe(s)
      }),
    )
  })
})

describe('JSON', () => {
  const key = fc.string({ unit: fc.constantFrom(...'abcdefgh_-. '), minLength: 1, maxLength: 6 })
  const leaf = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'binary' }).filter((s) => s.isWellFormed()),
  )
  const { tree } = fc.letrec<{ tree: Json; object: Json; list: Json }>((tie) => ({
    tree: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, tie('object'), tie('list')),
    object: fc
      .uniqueArray(fc.tuple(key, tie('tree')), { selector: ([k]) => k, maxLength: 4 })
      .map((entries) => Object.fromEntries(entries)),
    list: fc.array(tie('tree'), { maxLength: 4 }),
  }))

  test('out of an observation is what went in, on one line of ASCII', () => {
    fc.assert(
      fc.property(tree, (json) => {
        const wire = toWireJson(fromJson(json))
        expect(wire).toMatch(/^[\x20-\x7e]*$/)
        expect(JSON.parse(wire)).toEqual(json)
      }),
    )
  })

  test('passes through a script unchanged', () => {
    fc.assert(
      fc.property(tree, (json) => {
        const held = value('[pscustomobject]@{ kept = $Params.kept }', { kept: json })
        expect(JSON.parse(toWireJson(held))).toEqual({ kept: json })
      }),
    )
  })

  test('is read as JSON.parse reads it', () => {
    fc.assert(
      fc.property(tree, fc.constantFrom(undefined, 2), (json, indent) => {
        const source = JSON.stringify({ x: json }, null, indent)
        const held = value('ConvertFrom-Json -InputObject $Params.t', { t: source })
        expect(JSON.parse(toWireJson(held))).toEqual({ x: json })
      }),
    )
  })
})

describe('text', () => {
  const word = fc.string({ unit: fc.constantFrom(...'abcABCxyzXYZ019_'), maxLength: 8 })

  test('is equal whatever its case, but for -ceq', () => {
    fc.assert(
      fc.property(word, fc.oneof(word, fc.constant(undefined)), (a, other) => {
        const b = other ?? a.toUpperCase()
        expect(value('$Params.a -eq $Params.b', { a, b })).toBe(a.toLowerCase() === b.toLowerCase())
        expect(value('$Params.a -ceq $Params.b', { a, b })).toBe(a === b)
        expect(value('$Params.l -contains $Params.a', { a, l: [b] })).toBe(
          a.toLowerCase() === b.toLowerCase(),
        )
      }),
    )
  })

  test('is like a pattern of * and ? as the regular expression of it says', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'B', '*', '?'), maxLength: 6 })
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 6 }), pattern, (s, p) => {
        const regex = new RegExp(`^${p.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i')
        expect(value('$Params.s -like $Params.p', { s, p })).toBe(regex.test(s))
      }),
    )
  })

  test('that is joined and split again is what it was', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 6 }),
        fc.constantFrom(',', '.', '|', '+'),
        (list, by) => {
          expect(said("($Params.l -join $Params.by).Split($Params.by) -join '/'", { l: list, by })).toBe(
            list.join('/'),
          )
        },
      ),
    )
  })
})
