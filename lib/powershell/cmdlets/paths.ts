import { Refused } from '../errors.ts'
import { itemsOf } from '../convert.ts'
import { PsSwitch } from '../objects.ts'
import { text } from '../text.ts'
import { type PsValue } from '../values.ts'
import { formals } from '../run/formal.ts'
import { type BuiltIn, classOf } from './built-in.ts'

const on = (v: PsValue | undefined): boolean => v instanceof PsSwitch && v.on

/** Joins two parts of a Windows path. */
function join(parent: string, child: string): string {
  const left = parent.replace(/[\\/]+$/, '').replaceAll('/', '\\')
  const right = child.replace(/^[\\/]+/, '').replaceAll('/', '\\')
  return `${left}\\${right}`
}

/** Join-Path, as text. */
export const joinPath: BuiltIn = {
  name: 'Join-Path',
  className: classOf('Join-Path'),
  formals: formals('Path=PSPath:string[]@0!|^ ChildPath:string@1! Resolve:switch Credential:object'),
  start(call) {
    if (on(call.values.get('Resolve'))) throw new Refused('Join-Path -Resolve')
    const child = text(call.values.get('ChildPath') ?? null)
    const one = (p: PsValue): void => call.out(join(text(p), child))
    return {
      once: () => {
        for (const p of itemsOf(call.values.get('Path')!) ?? []) one(p)
      },
      process: one,
    }
  },
}

/** The parent of a Windows path, as Split-Path gives it. */
function parentOf(path: string): string {
  const plain = path.length > 3 ? path.replace(/[\\/]+$/, '') : path
  const at = Math.max(plain.lastIndexOf('\\'), plain.lastIndexOf('/'))
  if (at < 0 || /^[A-Za-z]:\\?$/.test(plain)) return ''
  const parent = plain.slice(0, at).replaceAll('/', '\\')
  return /^[A-Za-z]:$/.test(parent) ? `${parent}\\` : parent
}

/** The last part of a Windows path. */
const leafOf = (path: string): string => path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '')

/** Split-Path, as text. */
export const splitPath: BuiltIn = {
  name: 'Split-Path',
  className: classOf('Split-Path'),
  formals: formals(
    'Path:string[]@0!|^{Parent,Leaf,Qualifier,NoQualifier,Absolute} LiteralPath=PSPath:string[]!^{Literal} Parent:switch{Parent} Leaf:switch{Leaf} Qualifier:switch{Qualifier} NoQualifier:switch{NoQualifier} IsAbsolute:switch{Absolute} Resolve:switch Credential:object',
    'Parent',
  ),
  start(call) {
    const { values } = call
    if (on(values.get('Resolve'))) throw new Refused('Split-Path -Resolve')
    const one = (v: PsValue): void => {
      const p = text(v)
      if (on(values.get('Leaf'))) return call.out(leafOf(p))
      if (on(values.get('IsAbsolute'))) return call.out(/^([A-Za-z]:|\\\\)/.test(p))
      if (on(values.get('Qualifier'))) {
        const q = /^[A-Za-z]:/.exec(p)?.[0]
        if (q === undefined) throw new Refused('a path without a drive')
        return call.out(q)
      }
      if (on(values.get('NoQualifier'))) return call.out(p.replace(/^[A-Za-z]:/, ''))
      call.out(parentOf(p))
    }
    return {
      once: () => {
        for (const p of itemsOf(values.get('Path') ?? values.get('LiteralPath')!) ?? []) one(p)
      },
      process: one,
    }
  },
}
