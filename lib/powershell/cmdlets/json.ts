import { Native, PsThrow, Refused, record } from '../errors.ts'
import { itemsOf } from '../convert.ts'
import { PsSwitch } from '../objects.ts'
import { fromJsonText, toJsonText, JsonFailure } from '../json.ts'
import { text } from '../text.ts'
import { PsNumber, type PsValue } from '../values.ts'
import { formals } from '../run/formal.ts'
import { type BuiltIn, classOf } from './built-in.ts'

const on = (v: PsValue | undefined): boolean => v instanceof PsSwitch && v.on

/** ConvertTo-Json */
export const toJsonCmdlet: BuiltIn = {
  name: 'ConvertTo-Json',
  className: classOf('ConvertTo-Json'),
  formals: (() => {
    const f = formals('InputObject:object@0!| Depth:int Compress:switch')
    return { ...f, list: f.list.map((p) => ({ ...p, allowNull: true, allowEmpty: true })) }
  })(),
  start(call) {
    const depth = call.values.get('Depth')
    const silent = /^(silentlycontinue|ignore)$/i.test(text(call.values.get('WarningAction') ?? null))
    const held: PsValue[] = []
    const write = (v: PsValue): void =>
      call.out(
        toJsonText(
          v,
          depth instanceof PsNumber ? Number(depth.value) : 2,
          on(call.values.get('Compress')),
          silent,
        ),
      )
    return {
      once: () => write(call.values.get('InputObject') ?? null),
      process: (v) => held.push(v),
      end: () => {
        if (call.hasInput && held.length > 0) write(held.length === 1 ? held[0]! : held)
      },
    }
  },
}

/** ConvertFrom-Json */
export const fromJsonCmdlet: BuiltIn = {
  name: 'ConvertFrom-Json',
  className: classOf('ConvertFrom-Json'),
  formals: formals('InputObject:string@0!|'),
  start(call) {
    const held: string[] = []
    const read = (s: string): void => {
      try {
        const v = fromJsonText(s, call.engine.jsonIntegers === 'Int64')
        if (itemsOf(v) !== undefined)
          throw new Refused('a list at the top of ConvertFrom-Json, which differs between versions')
        call.out(v)
      } catch (x) {
        if (!(x instanceof JsonFailure)) throw x
        const type = 'System.ArgumentException'
        throw new PsThrow(
          record(
            `${type},${call.className}`,
            `Conversion from JSON failed with error: ${x.message}`,
            'NotSpecified',
            type,
            null,
            new Native(type, x.message).exception,
          ),
        )
      }
    }
    return {
      once: () => read(text(call.values.get('InputObject') ?? null)),
      process: (v) => held.push(text(v)),
      end: () => {
        if (call.hasInput && held.length > 0) read(held.join('\n'))
      },
    }
  },
}
