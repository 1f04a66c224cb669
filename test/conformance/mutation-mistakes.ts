import { read } from '../../lib/powershell/index.ts'
import type { Expr, Script } from '../../lib/powershell/syntax/ast.ts'
import { walkBlock } from '../../lib/powershell/check/walk.ts'

/** One mistake that a person could make in a script: the text from `at` to `end` becomes `to`. */
export interface Mistake {
  readonly kind: MistakeKind
  readonly file: string
  readonly at: number
  readonly end: number
  readonly to: string
}

export const mistakeKinds = [
  'wrong parameter',
  'wrong property',
  'wrong enum text',
  'missing -ErrorAction',
  'swapped branches',
  'wrong cmdlet',
  'dropped line',
  'wrong operator',
  'wrong hash key',
  'wrong variable',
  'wrong input',
  'wrong number',
  'dropped stage',
] as const
export type MistakeKind = (typeof mistakeKinds)[number]

/** A number from 0 to below `n`. */
export type Dice = (n: number) => number

/** Repeatable dice of a seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n)
  }
}

const pick = <T>(dice: Dice, list: readonly T[]): T | undefined => list[dice(list.length)]

export const withMistake = (text: string, { at, end, to }: Mistake): string =>
  text.slice(0, at) + to + text.slice(end)

/** `line 12: wrong operator: -eq → -ne`. */
export const described = (text: string, m: Mistake): string => {
  const short = (words: string) => words.trim().replace(/\s+/g, ' ').slice(0, 70)
  const line = text.slice(0, m.at).split('\n').length
  return `${m.file}:${line}: ${m.kind}: ${short(text.slice(m.at, m.end))} → ${short(m.to) || '(nothing)'}`
}

/** Every place of a script where a mistake of each kind could be made, with one mistake for each. */
export function mistakesIn(file: string, text: string, dice: Dice): readonly Mistake[] {
  const parsed = read(text, file)
  if (!parsed.ok) throw new Error(`${file}: ${JSON.stringify(parsed.error)}`)
  const out: Mistake[] = []
  const add = (kind: MistakeKind, at: number, was: string, to: string | undefined): void => {
    if (to === undefined || to === was || text.slice(at, at + was.length) !== was) return
    out.push({ kind, file, at, end: at + was.length, to })
  }
  inTree(parsed.value, dice, add)
  inText(text, dice, add)
  return out
}

type Add = (kind: MistakeKind, at: number, was: string, to: string | undefined) => void

/** As a slip of the finger, or as another name that the same script uses. */
function misspelt(name: string, names: readonly string[], dice: Dice): string {
  const others = names.filter((n) => n.toLowerCase() !== name.toLowerCase())
  if (others.length > 0 && dice(2) === 0) return pick(dice, others) ?? name
  const at = 1 + dice(Math.max(1, name.length - 2))
  return dice(2) === 0
    ? name.slice(0, at) + name.slice(at + 1)
    : name.slice(0, at) + name.charAt(at) + name.slice(at)
}

function inTree(script: Script, dice: Dice, add: Add): void {
  const seen = namesIn(script)
  walkBlock(script.block, {
    command(c) {
      if (c.name.kind === 'const' && typeof c.name.value === 'string')
        add('wrong cmdlet', c.at, c.name.value, otherCommand(c.name.value, seen.commands, dice))
      for (const el of c.elements)
        if (el.kind === 'parameter' && !/^erroraction$/i.test(el.name))
          add('wrong parameter', el.at, `-${el.name}`, `-${misspelt(el.name, seen.parameters, dice)}`)
    },
    expr(x) {
      if (x.kind === 'member' && x.name.kind === 'const') {
        const name = String(x.name.value)
        if (isParams(x.target))
          add(
            'wrong input',
            x.at + 1,
            name,
            pick(
              dice,
              seen.inputs.filter((n) => n !== name),
            ) ?? misspelt(name, [], dice),
          )
        else add('wrong property', x.at + (x.static ? 2 : 1), name, misspelt(name, seen.properties, dice))
      }
      if (x.kind === 'const' && typeof x.value === 'string' && isWord(x.value))
        add('wrong enum text', x.at, `'${x.value}'`, `'${misspelt(x.value, seen.texts, dice)}'`)
      if (x.kind === 'const' && x.text !== undefined && /^\d+$/.test(x.text))
        add('wrong number', x.at, x.text, String(Number(x.text) + (dice(2) === 0 || x.text === '0' ? 1 : -1)))
      if (
        x.kind === 'var' &&
        /^\w+$/.test(x.name) &&
        !/^(_|null|true|false|params)$/i.test(x.name) &&
        x.scope === undefined
      )
        add('wrong variable', x.at, `${x.splat ? '@' : '$'}${x.name}`, otherVariable(x, seen.variables, dice))
      if (x.kind === 'hash')
        for (const [key] of x.entries)
          if (key.kind === 'const' && key.value !== 'ErrorAction')
            add('wrong hash key', key.at, String(key.value), misspelt(String(key.value), seen.keys, dice))
    },
  })
}

/** Words that something is compared with or set to; not the wording of messages. */
const isWord = (text: string): boolean => /^[\w.,*]*[A-Za-z][\w.,*]*$/.test(text) && text !== 'Stop'

const isParams = (x: Expr): boolean => x.kind === 'var' && x.name.toLowerCase() === 'params'

function otherVariable(x: Expr & { kind: 'var' }, names: readonly string[], dice: Dice): string | undefined {
  const name = pick(
    dice,
    names.filter((n) => n.toLowerCase() !== x.name.toLowerCase()),
  )
  return name === undefined ? undefined : `${x.splat ? '@' : '$'}${name}`
}

/** Another command of the script, the same noun under another verb, or a slip. */
function otherCommand(name: string, commands: readonly string[], dice: Dice): string | undefined {
  const [verb, noun] = name.split('-')
  const others = commands.filter((n) => n !== name)
  const verbs = ['Get', 'Set', 'Remove', 'New', 'Start', 'Stop'].filter((v) => v !== verb)
  const way = dice(3)
  if (way === 0 && others.length > 0) return pick(dice, others)
  return way === 1 ? `${pick(dice, verbs)}-${noun}` : misspelt(name, [], dice)
}

interface Names {
  readonly commands: string[]
  readonly parameters: string[]
  readonly inputs: string[]
  readonly properties: string[]
  readonly texts: string[]
  readonly variables: string[]
  readonly keys: string[]
}

function namesIn(script: Script): Names {
  const sets = new Map<keyof Names, Set<string>>()
  const put = (sort: keyof Names, name: string): void => {
    sets.set(sort, (sets.get(sort) ?? new Set()).add(name))
  }
  walkBlock(script.block, {
    command(c) {
      if (c.name.kind === 'const') put('commands', String(c.name.value))
      for (const el of c.elements) if (el.kind === 'parameter') put('parameters', el.name)
    },
    expr(x) {
      if (x.kind === 'member' && x.name.kind === 'const')
        put(isParams(x.target) ? 'inputs' : 'properties', String(x.name.value))
      if (x.kind === 'const' && typeof x.value === 'string' && isWord(x.value)) put('texts', x.value)
      if (x.kind === 'var' && !/^(_|null|true|false)$/i.test(x.name) && x.scope === undefined)
        put('variables', x.name)
      if (x.kind === 'hash')
        for (const [key] of x.entries) if (key.kind === 'const') put('keys', String(key.value))
    },
  })
  const of = (sort: keyof Names): string[] => [...(sets.get(sort) ?? [])].sort()
  return {
    commands: of('commands'),
    parameters: of('parameters'),
    inputs: of('inputs'),
    properties: of('properties'),
    texts: of('texts'),
    variables: of('variables'),
    keys: of('keys'),
  }
}

const OPPOSITE: { readonly [op: string]: readonly string[] } = {
  eq: ['ne', 'gt', 'lt'],
  ne: ['eq'],
  gt: ['lt', 'eq', 'ge'],
  lt: ['gt', 'le', 'eq'],
  ge: ['lt', 'gt'],
  le: ['gt', 'lt'],
  like: ['notlike', 'eq'],
  notlike: ['like', 'ne'],
  contains: ['notcontains', 'eq'],
  notcontains: ['contains'],
  and: ['or'],
  or: ['and'],
  not: [''],
}

/** Mistakes that need no tree. Texts and comments are blanked first, places kept. */
function inText(text: string, dice: Dice, add: Add): void {
  const code = text.replace(/'[^'\n]*'|#[^\n]*/g, (s) =>
    s.startsWith("'") ? `'${'.'.repeat(s.length - 2)}'` : ' '.repeat(s.length),
  )
  for (const m of text.matchAll(/ -ErrorAction Stop\b|; ErrorAction = 'Stop'/g))
    add('missing -ErrorAction', m.index, m[0], '')
  for (const m of code.matchAll(/-([a-z]+)(?= )/g)) {
    const to = pick(dice, OPPOSITE[m[1] ?? ''] ?? [])
    if (to !== undefined) add('wrong operator', m.index, m[0], to === '' ? '' : `-${to}`)
  }
  for (const m of code.matchAll(/ \| [A-Z]\w+-\w+/g)) {
    const end = stageEnd(code, m.index + 3)
    add('dropped stage', m.index, text.slice(m.index, end), '')
  }
  for (const m of code.matchAll(/^ *(?=\S).*\n/gm))
    if (balanced(m[0]) && !m[0].startsWith('param('))
      add('dropped line', m.index, text.slice(m.index, m.index + m[0].length), '')
  for (const m of code.matchAll(/\bif \(/g)) branches(text, code, m.index + 3, add)
}

/** Swaps what follows `if (…)`: with its `else` where there is one, otherwise by turning the condition round. */
function branches(text: string, code: string, open: number, add: Add): void {
  const close = matching(code, open)
  const first = code.indexOf('{', close)
  const firstEnd = matching(code, first)
  const rest = /^\s*else \{/.exec(code.slice(firstEnd + 1))
  if (rest === null) {
    const test = text.slice(open, close + 1)
    return add('swapped branches', open, test, `(-not ${test})`)
  }
  const second = firstEnd + 1 + rest[0].length - 1
  const secondEnd = matching(code, second)
  const between = text.slice(firstEnd + 1, second)
  add(
    'swapped branches',
    first,
    text.slice(first, secondEnd + 1),
    text.slice(second, secondEnd + 1) + between + text.slice(first, firstEnd + 1),
  )
}

function matching(code: string, open: number): number {
  let depth = 0
  for (let i = open; i < code.length; i++) {
    if ('({['.includes(code.charAt(i))) depth++
    if (')}]'.includes(code.charAt(i)) && --depth === 0) return i
  }
  throw new Error(`no end of what opens at ${open}`)
}

function stageEnd(code: string, from: number): number {
  let depth = 0
  for (let i = from; i < code.length; i++) {
    const c = code.charAt(i)
    if ('({['.includes(c)) depth++
    if (')}]'.includes(c) && --depth < 0) return i
    if (depth === 0 && (c === '\n' || code.startsWith(' | ', i))) return i
  }
  return code.length
}

function balanced(line: string): boolean {
  let depth = 0
  for (const c of line) {
    if ('({['.includes(c)) depth++
    if (')}]'.includes(c) && --depth < 0) return false
  }
  return depth === 0
}
