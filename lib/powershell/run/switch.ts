import { compareText, equal } from '../compare.ts'
import { itemsOf, truth } from '../convert.ts'
import { setEntry } from '../dictionaries.ts'
import { Refused } from '../errors.ts'
import { int32 } from '../numbers.ts'
import { PsBlock, PsDictionary, isNull } from '../objects.ts'
import { toRegex, wildcard } from '../regex.ts'
import { type Engine, type Out, fold, loopSignal } from './engine.ts'
import { evaluate } from './expressions.ts'
import { type Expr, type Stmt } from '../syntax/ast.ts'
import { text } from '../text.ts'
import { PsEnum, type PsValue } from '../values.ts'

export function runSwitch(e: Engine, s: Stmt & { kind: 'switch' }, out: Out): void {
  const on = e.collect(s.on)
  const before = e.scope.own('_')
  const fallback = s.clauses.find((c) => c.test === undefined)
  try {
    for (const item of itemsOf(on) ?? [isNull(on) ? null : on]) {
      e.scope.set('_', item)
      let matched = false
      try {
        for (const clause of s.clauses) {
          if (clause.test === undefined || !switchMatches(e, s, clause.test, item)) continue
          matched = true
          e.scope.set('_', item)
          e.runStatements(clause.body, out)
        }
        if (!matched && fallback !== undefined) e.runStatements(fallback.body, out)
      } catch (x) {
        const signal = loopSignal(x, s.label)
        if (signal === undefined) throw x
        if (signal === 'break') return
      }
    }
  } finally {
    if (before === undefined) e.scope.variables.delete('_')
    else e.scope.variables.set('_', before)
  }
}

function switchMatches(e: Engine, s: Stmt & { kind: 'switch' }, test: Expr, item: PsValue): boolean {
  const value = evaluate(e, test)
  if (value instanceof PsBlock) {
    const out: PsValue[] = []
    e.runBlock(value, { item, here: true }, (v) => out.push(v))
    return truth(fold(out))
  }
  if (s.mode === 'regex') {
    const m = toRegex(text(value), s.caseSensitive)
    m.lastIndex = 0
    const found = m.exec(text(item))
    if (found === null) return false
    runMatches(e, found)
    return true
  }
  if (s.mode === 'wildcard') return wildcard(text(value), s.caseSensitive).test(text(item))
  if (item instanceof PsEnum && typeof value !== 'string') return equal(text(item), value, s.caseSensitive)
  if (typeof item === 'string' || typeof value === 'string')
    return compareText(text(item), text(value), s.caseSensitive) === 0
  return equal(item, value, s.caseSensitive)
}

function runMatches(e: Engine, found: RegExpExecArray): void {
  if (found.groups !== undefined) throw new Refused('named groups in switch -Regex')
  e.scope.set('Matches', matchesOf(found))
}

function matchesOf(found: RegExpExecArray): PsValue {
  const out = new PsDictionary()
  found.forEach((g, i) => {
    if (g !== undefined) setEntry(out, int32(i), g)
  })
  return out
}
