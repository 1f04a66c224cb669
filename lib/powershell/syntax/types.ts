import { type TypeName } from './ast.ts'
import { type Reader } from './reader.ts'

/** `[type]`, `[type[]]`, `[type[arg,arg]]`, at the opening bracket. */
export function readTypeLiteral(r: Reader): TypeName {
  r.expect('[')
  r.blanks()
  const type = readTypeName(r)
  r.blanks()
  r.expect(']')
  return type
}

/** A type's name without the brackets around it. */
export function readTypeName(r: Reader): TypeName {
  const name = r.match(/[A-Za-z_][\w.+]*(?:`\d+)?/y)
  if (name === undefined) r.fail(`expected the name of a type, got ${r.here()}`)
  r.at += name.length
  const args: TypeName[] = []
  let array = 0
  while (r.peek() === '[') {
    if (r.peek(1) === ']') {
      r.at += 2
      array++
      continue
    }
    if (r.peek(1) === ',') r.fail('arrays of more than one dimension are not read')
    if (args.length > 0) r.fail('expected "]"')
    r.at++
    do {
      r.blanks()
      args.push(r.peek() === '[' ? readTypeLiteral(r) : readTypeName(r))
      r.blanks()
    } while (r.accept(','))
    r.expect(']')
  }
  return { name, array, args }
}
