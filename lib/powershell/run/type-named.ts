import { Refused, fail } from '../errors.ts'
import { type TypeName } from '../syntax/ast.ts'
import { mayExist, resolveType } from '../types.ts'
import { type Engine } from './engine.ts'

/** The type that a name in brackets means; fails as PowerShell does when there is none. */
export function typeNamed(e: Engine, type: TypeName): string {
  const own = resolveType(type)
  if (own !== undefined) return own
  const hosted = e.host.type(type.name)
  if (hosted !== undefined && type.args.length === 0) return hosted.name + '[]'.repeat(type.array)
  if (type.args.length === 0 && !mayExist(type.name))
    fail('TypeNotFound', `Unable to find type [${type.name}].`, 'InvalidOperation', undefined, type.name)
  throw new Refused(`the type [${type.name}]`)
}
