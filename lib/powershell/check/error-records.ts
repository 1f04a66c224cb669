import { enumOf } from '../enums.ts'
import { type Command, type Expr, type Script } from '../syntax/ast.ts'
import { isException, resolveType } from '../types.ts'
import { type Findings } from './findings.ts'
import { commandName, literal } from './names.ts'
import { walkBlock } from './walk.ts'

const CATEGORIES = Object.keys(enumOf('System.Management.Automation.ErrorCategory') ?? {})

/** Holds each error record that a script makes to an exception of its own, an id and a category. */
export function errorRecordFindings(script: Script, f: Findings): void {
  const exceptions = exceptionsOf(script)
  walkBlock(script.block, {
    command(c) {
      const made = madeBy(c)
      if (made === undefined || !/ErrorRecord$/i.test(made.type)) return
      const parts = made.rest[0]?.expr.kind === 'list' ? made.rest[0].expr.items : []
      const [exception, id, category, target] = parts
      if (parts.length !== 4 || exception === undefined)
        return f.add('error-record', made.at, 'an ErrorRecord takes exception, id, category and target')
      if (exception.kind === 'var' && exceptions.get(exception.name.toLowerCase()) !== true)
        f.add(
          'error-record',
          exception.at,
          `$${exception.name} is not an exception made by New-Object everywhere`,
        )
      if (exception.kind === 'var' && target !== undefined && !isNamed(script, exception.name, c.at, target))
        f.add('error-record', target.at, 'the target is not what the message names')
      const [idText, categoryText] = [literal(id), literal(category)]
      if (idText !== undefined && !/^[A-Z]\w*\.[A-Z]\w+$/.test(idText))
        f.add('error-record', id?.at ?? c.at, `expected an id of our own like Chancery.NotYet, got ${idText}`)
      if (categoryText !== undefined && !CATEGORIES.includes(categoryText))
        f.add('error-record', category?.at ?? c.at, `${categoryText} is no ErrorCategory`)
    },
  })
}

/** Whether the message of the exception, made last before `at`, names the target: `$null`, or its text stands in there. */
function isNamed({ text, block }: Script, variable: string, at: number, target: Expr): boolean {
  const written = /^[^()\n]*/.exec(text.slice(target.at))?.[0].trim() ?? ''
  if (/^\$null$/i.test(written)) return true
  let made = -1
  walkBlock(block, {
    stmt(s) {
      if (s.kind !== 'assign' || s.target.kind !== 'var' || s.target.at >= at) return
      if (s.target.name.toLowerCase() === variable.toLowerCase()) made = Math.max(made, s.target.at)
    },
  })
  const line = made < 0 ? '' : text.slice(made, text.indexOf('\n', made))
  return line.includes(written)
}

/** Variables, and whether each assignment gives an exception. */
function exceptionsOf(script: Script): ReadonlyMap<string, boolean> {
  const out = new Map<string, boolean>()
  walkBlock(script.block, {
    stmt(s) {
      if (s.kind !== 'assign' || s.target.kind !== 'var') return
      const made =
        s.value.kind === 'pipeline' && s.value.first.kind === 'command' ? madeBy(s.value.first) : undefined
      const type = made === undefined ? undefined : resolveType({ name: made.type, array: 0, args: [] })
      const key = s.target.name.toLowerCase()
      const isOne = type !== undefined && isException(type)
      out.set(key, isOne && out.get(key) !== false)
    },
  })
  return out
}

/** What `New-Object` makes, and from what. */
function madeBy(c: Command) {
  if (commandName(c)?.toLowerCase() !== 'new-object') return undefined
  const [first, ...rest] = c.elements.filter((el) => el.kind === 'argument')
  const type = literal(first?.expr)
  return first === undefined || type === undefined ? undefined : { type, at: first.at, rest }
}
