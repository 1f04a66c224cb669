import { type Methods } from './arguments.ts'
import { arrayMethods, dictionaryMethods, listMethods } from './lists.ts'
import { scalarMethods } from './scalars.ts'
import { stringMethods } from './strings.ts'
import { PsDictionary, PsList } from '../objects.ts'
import { isCustom } from '../types.ts'
import { PsObject, type PsValue } from '../values.ts'

/** Whether a value has a method of this name, in lower case. */
export function isMethod(target: PsValue, name: string): boolean {
  return name in methodsOf(target) || name === 'gettype' || name === 'tostring'
}

/** The methods of a value by their names in lower case. */
export function methodsOf(target: PsValue): Methods {
  if (typeof target === 'string') return stringMethods(target)
  if (Array.isArray(target)) return arrayMethods(target)
  if (target instanceof PsDictionary) return dictionaryMethods(target)
  if (target instanceof PsList) return listMethods(target)
  if (target instanceof PsObject && isCustom(target)) return {}
  return scalarMethods(target)
}
