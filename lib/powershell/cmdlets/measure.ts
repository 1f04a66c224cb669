import { converts, itemsOf } from '../convert.ts'
import { Refused, record } from '../errors.ts'
import { double, int32, toDouble } from '../numbers.ts'
import { PsDictionary, PsList, isNull } from '../objects.ts'
import { setEntry } from '../dictionaries.ts'
import { text } from '../text.ts'
import { PsNumber, PsObject, type PsValue } from '../values.ts'
import { propertyOf } from '../members/properties.ts'
import { formals, type Formals } from '../run/formal.ts'
import { type BuiltIn, classOf, on } from './built-in.ts'
import { checkedValue, keysOf } from './keys.ts'
import { sortOrder } from './sort.ts'

/** Group-Object */
export const groupObject: BuiltIn = {
  name: 'Group-Object',
  className: classOf('Group-Object'),
  formals: formals(
    'Property:object[]@0 InputObject:object| NoElement:switch AsHashTable=AHT:switch AsString:switch CaseSensitive:switch Culture:string',
  ),
  start(call) {
    const { values } = call
    const keys = keysOf(values.get('Property'))
    const cased = on(values.get('CaseSensitive'))
    const groups: { keys: PsValue[]; items: PsValue[] }[] = []
    const add = (item: PsValue): void => {
      const own = keys.length === 0 ? [item] : keys.map((k) => checkedValue(call, item, k) ?? null)
      const found = groups.find((g) => g.keys.every((k, i) => sortOrder(k, own[i]!, cased) === 0))
      if (found === undefined) groups.push({ keys: own, items: [item] })
      else found.items.push(item)
    }
    return {
      once: () => {
        if (values.has('InputObject')) add(values.get('InputObject')!)
      },
      process: add,
      end: () => {
        if (on(values.get('AsHashTable'))) {
          const table = new PsDictionary()
          for (const g of groups) {
            const key =
              on(values.get('AsString')) || g.keys.length > 1 ? g.keys.map(text).join(', ') : g.keys[0]!
            setEntry(
              table,
              key,
              new PsList(
                'System.Collections.ObjectModel.Collection`1[System.Management.Automation.PSObject]',
                g.items,
              ),
            )
          }
          if (groups.length > 0) call.out(table)
          return
        }
        if (groups.length > 1) groups.sort((a, b) => compareKeys(a.keys, b.keys, cased))
        for (const g of groups) {
          const group = new PsList(
            'System.Collections.ObjectModel.Collection`1[System.Management.Automation.PSObject]',
            g.items,
          )
          call.out(
            new PsObject(
              ['Microsoft.PowerShell.Commands.GroupInfo'],
              new Map<string, PsValue>([
                ['Values', new PsList('System.Collections.ArrayList', g.keys)],
                ['Count', int32(g.items.length)],
                ['Group', on(values.get('NoElement')) ? [] : group],
                ['Name', g.keys.map(text).join(', ')],
              ]),
            ),
          )
        }
      },
    }
  },
}

function compareKeys(a: readonly PsValue[], b: readonly PsValue[], cased: boolean): number {
  for (let i = 0; i < a.length; i++) {
    const d = sortOrder(a[i]!, b[i]!, cased)
    if (d !== 0) return d
  }
  return 0
}

/** Measure-Object, of numbers. */
export const measureObject: BuiltIn = {
  name: 'Measure-Object',
  className: classOf('Measure-Object'),
  formals: formals(
    'Property:object[]@0 InputObject:object| Sum:switch Average:switch Maximum:switch Minimum:switch Line:switch Word:switch Character:switch IgnoreWhiteSpace:switch',
  ),
  start(call) {
    const { values, engine: e } = call
    if (['Line', 'Word', 'Character'].some((n) => on(values.get(n))))
      throw new Refused('Measure-Object of text')
    const keys = keysOf(values.get('Property'))
    if (keys.length > 1) throw new Refused('Measure-Object of several properties')
    const name = keys[0] === undefined ? undefined : typeof keys[0].of === 'string' ? keys[0].of : refuse()
    const [sum, average, max, min] = ['Sum', 'Average', 'Maximum', 'Minimum'].map((n) => on(values.get(n)))
    let count = 0
    let found = name === undefined
    let total = 0
    let top: PsValue | undefined
    let bottom: PsValue | undefined
    const add = (item: PsValue): void => {
      if (isNull(item)) return
      let v: PsValue | undefined = item
      if (name !== undefined) {
        v = propertyOf(e, item, name)
        if (v === undefined) return
        found = true
        if (isNull(v)) return
      }
      count++
      if (sum === true || average === true) {
        const n = v instanceof PsNumber ? v : converts(v, 'System.Double')
        if (!(n instanceof PsNumber)) {
          call.report(
            record(
              `NonNumericInputObject,${call.className}`,
              `Input object "${text(v)}" is not numeric.`,
              'InvalidType',
              'System.Management.Automation.PSInvalidCastException',
              v,
            ),
          )
          return
        }
        total += toDouble(n)
      }
      if (max === true && (top === undefined || sortOrder(v, top, false) > 0)) top = v
      if (min === true && (bottom === undefined || sortOrder(v, bottom, false) < 0)) bottom = v
    }
    return {
      once: () => {
        if (values.has('InputObject'))
          for (const i of itemsOf(values.get('InputObject')!) ?? [values.get('InputObject')!]) add(i)
      },
      process: add,
      end: () => {
        if (!found) {
          call.report(
            record(
              `GenericMeasurePropertyNotFound,${call.className}`,
              `The property "${name ?? ''}" cannot be found in the input for any objects.`,
              'InvalidArgument',
              'System.Management.Automation.PSArgumentException',
            ),
          )
          return
        }
        const shown = (v: PsValue | undefined): PsValue =>
          v === undefined ? null : v instanceof PsNumber ? double(toDouble(v)) : v
        call.out(
          new PsObject(
            ['Microsoft.PowerShell.Commands.GenericMeasureInfo'],
            new Map<string, PsValue>([
              ['Count', int32(count)],
              ['Average', average === true && count > 0 ? double(total / count) : null],
              ['Sum', sum === true ? (count > 0 ? double(total) : refuseSum()) : null],
              ['Maximum', shown(top)],
              ['Minimum', shown(bottom)],
              ['Property', name ?? null],
            ]),
          ),
        )
      },
    }
  },
}

const refuseSum = (): never => {
  throw new Refused('the sum of nothing')
}

const refuse = (): never => {
  throw new Refused('Measure-Object by a block')
}

const allowEmpty = (f: Formals): Formals => ({ ...f, list: f.list.map((p) => ({ ...p, allowEmpty: true })) })

/** Compare-Object */
export const compareObject: BuiltIn = {
  name: 'Compare-Object',
  className: classOf('Compare-Object'),
  formals: allowEmpty(
    formals(
      'ReferenceObject:object[]@0! DifferenceObject:object[]@1!| SyncWindow:int Property:object[] ExcludeDifferent:switch IncludeEqual:switch PassThru:switch CaseSensitive:switch Culture:string',
    ),
  ),
  start(call) {
    const { values } = call
    if (call.hasInput || values.has('SyncWindow') || on(values.get('PassThru')))
      throw new Refused('Compare-Object of this kind')
    const keys = keysOf(values.get('Property'))
    const cased = on(values.get('CaseSensitive'))
    const own = (item: PsValue): PsValue[] =>
      keys.length === 0 ? [item] : keys.map((k) => checkedValue(call, item, k) ?? null)
    const out = (item: PsValue, side: string): void => {
      const o = new PsObject(['System.Management.Automation.PSCustomObject'], new Map())
      if (keys.length === 0) o.properties.set('InputObject', item)
      else keys.forEach((k, i) => o.properties.set(k.label, own(item)[i]!))
      o.properties.set('SideIndicator', side)
      call.out(o)
    }
    return {
      once: () => {
        const left = [...(itemsOf(values.get('ReferenceObject')!) ?? [])]
        const right = [...(itemsOf(values.get('DifferenceObject')!) ?? [])]
        const equalPairs: PsValue[] = []
        for (const l of [...left]) {
          const at = right.findIndex((r) => own(r).every((v, i) => sortOrder(own(l)[i]!, v, cased) === 0))
          if (at < 0) continue
          equalPairs.push(l)
          right.splice(at, 1)
          left.splice(left.indexOf(l), 1)
        }
        if (on(values.get('IncludeEqual'))) for (const i of equalPairs) out(i, '==')
        if (on(values.get('ExcludeDifferent'))) return
        for (const i of right) out(i, '=>')
        for (const i of left) out(i, '<=')
      },
    }
  },
}
