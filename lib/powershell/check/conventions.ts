import { type Script } from '../syntax/ast.ts'
import { type Findings } from './findings.ts'
import { commandName, isProgram } from './names.ts'
import { walkBlock } from './walk.ts'

/** What a script is for: to look and print one object, to act, or to be the worker that runs the others. */
export type ScriptRole = 'look' | 'act' | 'worker'

const OUTPUT = /^write-(output|progress|warning|error|verbose|debug|information)$/i

/** How our scripts are written, beyond what they may be made of. */
export function conventionFindings(script: Script, role: ScriptRole, f: Findings): void {
  characters(script, role, f)
  walkBlock(script.block, {
    command(c, _around, first) {
      const name = commandName(c) ?? ''
      if (OUTPUT.test(name)) f.add('write', c.at, `${name}: an object is printed, an error is thrown`)
      if (isProgram(name) && first)
        f.add('native-input', c.at, `${name} would read the worker's requests: write $null | ${name}`)
      if (role === 'worker') return
      for (const el of c.elements)
        if (el.kind === 'parameter' && /^(erroraction|ea)$/i.test(el.name)) {
          const next =
            el.value ?? c.elements.flatMap((e) => (e.kind === 'argument' && e.at > el.at ? [e.expr] : []))[0]
          if (next?.kind !== 'const' || String(next.value).toLowerCase() !== 'stop')
            f.add('error-action', el.at, `${name}: -ErrorAction Stop only`)
        }
    },
  })
}

function characters({ text }: Script, role: ScriptRole, f: Findings): void {
  if (role !== 'worker' && !text.startsWith('param($Params)\n'))
    f.add('head', 0, 'the first line is param($Params)')
  if (!text.endsWith('\n')) f.add('end', Math.max(0, text.length - 1), 'a script ends with a line feed')
  for (const m of text.matchAll(/[^\n\x20-\x7e]/g))
    f.add('ascii', m.index, `expected ASCII, spaces and line feeds, got ${JSON.stringify(m[0])}`)
  if (role === 'worker') return
  const code = text.replace(/'[^'\n]*'|#[^\n]*/g, (s) => ' '.repeat(s.length))
  for (const m of code.matchAll(/"/g))
    f.add('double-quotes', m.index, 'single quotes only: nothing is ever expanded into text')
  for (const m of code.matchAll(/`/g))
    f.add('backtick', m.index, 'no backtick: a blank after it ends the line')
}
