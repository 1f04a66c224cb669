import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../domain/json.ts'
import { secretTextsIn, unknownValue, unwrap, wrap } from './wire-values.ts'

const secret = (value: unknown) => ({
  '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270',
  value,
})

describe('values from the engine', () => {
  it('lose their secret marks, and it is known which properties had one', () => {
    const { values, secrets } = unwrap({ a: secret('x'), b: [{ c: secret(3) }], d: true })
    expect(values).toEqual({ a: 'x', b: [{ c: 3 }], d: true })
    expect([...secrets]).toEqual(['a', 'b'])
  })
  it('give the texts within a mark, and no other', () => {
    const output = (value: unknown, isSecret: boolean) => ({
      '4dabf18193072939515e22adb298388d': 'd0e6a833031e9bbcd3f4e8bde6ca49a4',
      ...{ value, secret: isSecret },
    })
    const struct = {
      a: secret(['x', 1, { y: 'y' }, unknownValue]),
      b: [{ c: 'open', d: secret('z') }],
      e: output('o', true),
      f: output({ g: 'open', h: secret('p') }, false),
    }
    expect(secretTextsIn(struct)).toEqual(['x', 'y', 'z', 'o', 'p'])
  })
  it('tell the path of each leaf that is not known yet', () => {
    expect(unwrap({ disks: [{ path: 'p' }, { path: unknownValue }], n: unknownValue }).unknown).toEqual([
      'disks/1/path',
      'n',
    ])
  })
  it('come back the same after wrapping and unwrapping', () => {
    const json = fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), fc.jsonValue({ maxDepth: 3 }))
    fc.assert(
      fc.property(json, fc.array(fc.nat(5)), (raw, picks) => {
        const values = JSON.parse(JSON.stringify(raw)) as JsonObject
        const keys = Object.keys(values)
        const secrets = new Set(picks.flatMap((i) => keys[i] ?? []))
        const back = unwrap(wrap(values, secrets))
        expect(back.values).toEqual(values)
        expect(back.secrets).toEqual(secrets)
      }),
    )
  })
})
