import { order } from '../compare.ts'
import { Refused, refuse } from '../errors.ts'
import { type Methods, num, overload as o } from './arguments.ts'
import { type StaticTables } from './static-parse.ts'
import { double, exact, exactText, int32, roundEven, toDouble } from '../numbers.ts'
import { PsRef } from '../objects.ts'
import { PsEnum, PsNumber, type PsValue } from '../values.ts'

const sameType = (name: string, run: (a: PsNumber) => PsValue): Methods[string] =>
  ['int', 'long', 'double', 'decimal'].map((t) =>
    o(t, (a) => (a instanceof PsNumber ? run(a) : refuse(name))),
  )

const pick = (wantGreater: boolean): Methods[string] =>
  ['int,int', 'long,long', 'double,double', 'decimal,decimal'].map((t) =>
    o(t, (a, b) => (order(a!, b!) > 0 === wantGreater ? a! : b!)),
  )

function roundNumber(n: PsNumber, places: number, away: boolean): PsValue {
  if (n.type === 'Decimal') {
    const x = exact(String(n.value))
    if (x.scale <= places) return n
    const unit = 10n ** BigInt(x.scale - places)
    let q = x.digits / unit
    const rest = (x.digits % unit) * 2n
    const size = rest < 0n ? -rest : rest
    if (size > unit || (size === unit && (away || q % 2n !== 0n))) q += x.digits < 0n ? -1n : 1n
    return new PsNumber('Decimal', exactText({ digits: q, scale: places }))
  }
  const v = toDouble(n)
  const unit = 10 ** places
  const scaled = v * unit
  const rounded = away ? Math.sign(scaled) * Math.floor(Math.abs(scaled) + 0.5) : roundEven(scaled)
  return double(rounded / unit)
}

const away = (v: PsValue | undefined): boolean => v instanceof PsEnum && v.number === 1

const numeric = (v: PsValue | undefined): PsNumber =>
  v instanceof PsNumber ? v : refuse('an argument of this kind')

const MODE = 'System.MidpointRounding'

const real = (f: (n: number) => number): Methods[string] => [o('double', (n) => double(f(num(n))))]

/** Static methods of numbers. */
export const mathStatics: StaticTables = {
  'System.Math': () => ({
    abs: sameType('Abs', (a) => (toDouble(a) < 0 ? absolute(a) : a)),
    sign: sameType('Sign', (a) => int32(Math.sign(toDouble(a)))),
    max: pick(true),
    min: pick(false),
    floor: [
      o('double', (n) => double(Math.floor(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), -1n)),
    ],
    ceiling: [
      o('double', (n) => double(Math.ceil(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), 1n)),
    ],
    truncate: [
      o('double', (n) => double(Math.trunc(num(n)))),
      o('decimal', (n) => floorDecimal(numeric(n), 0n)),
    ],
    round: [
      o('double', (n) => roundNumber(numeric(n), 0, false)),
      o('decimal', (n) => roundNumber(numeric(n), 0, false)),
      o('double,int', (n, p) => roundNumber(numeric(n), num(p), false)),
      o('decimal,int', (n, p) => roundNumber(numeric(n), num(p), false)),
      o(`double,${MODE}`, (n, m) => roundNumber(numeric(n), 0, away(m))),
      o(`double,int,${MODE}`, (n, p, m) => roundNumber(numeric(n), num(p), away(m))),
    ],
    pow: [o('double,double', (a, b) => double(num(a) ** num(b)))],
    sqrt: real(Math.sqrt),
    log: [...real(Math.log), o('double,double', (a, b) => double(Math.log(num(a)) / Math.log(num(b))))],
    log10: real(Math.log10),
    exp: real(Math.exp),
    divrem: [
      o('int,int,object', (a, b, r) => {
        if (!(r instanceof PsRef)) throw new Refused('DivRem without [ref]')
        r.set(int32(num(a) % num(b)))
        return int32(Math.trunc(num(a) / num(b)))
      }),
    ],
  }),
}

function absolute(a: PsNumber): PsValue {
  if (typeof a.value === 'bigint') return new PsNumber(a.type, -a.value)
  return typeof a.value === 'number'
    ? new PsNumber(a.type, -a.value)
    : new PsNumber('Decimal', a.value.slice(1))
}

function floorDecimal(n: PsNumber, direction: bigint): PsValue {
  const x = exact(String(n.value))
  const unit = 10n ** BigInt(x.scale)
  let q = x.digits / unit
  const rest = x.digits % unit
  if (rest !== 0n && direction !== 0n && rest > 0n === direction > 0n) q += direction
  return new PsNumber('Decimal', String(q))
}
