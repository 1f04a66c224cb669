import { type Script, type SyntaxComplaint } from '../syntax/ast.ts'
import { loadParser } from '../syntax/tree.ts'
import { checkCommands } from './commands.ts'
import { type ScriptRole, conventionFindings } from './conventions.ts'
import { type Finding, Findings } from './findings.ts'
import { observationFindings } from './observations.ts'
import { checkSubset } from './subset.ts'

/** Holds a script to everything that our own scripts keep to; its findings in the order of the text. */
export type Lint = (name: string, text: string, role: ScriptRole) => readonly Finding[]

/**
 * Rules of the subset that the worker is exempt from, and why: it sets the strict mode and the error preference that the others run under,
 * writes their answers as JSON, calls their blocks, and has functions, types and methods of its own for that.
 */
export const workerExemptions: ReadonlySet<string> = new Set([
  'param',
  'set-strictmode',
  'error-action',
  'convertto-json',
  'invocation',
  'redirection',
  'throw-record',
  'statement',
  'block-parameters',
  'cast',
  'method',
  'operator',
  'variable',
])

/** Loads the grammar and gives the lint. */
export async function loadLint(): Promise<Lint> {
  const parser = await loadParser()
  return (name, text, role) => {
    const parsed = parser.parse(text, name)
    if (!parsed.ok) return parsed.error.map(unreadable)
    const found = [
      ...checkSubset(parsed.value),
      ...checkCommands(parsed.value),
      ...conventions(parsed.value, role),
    ]
    return found
      .filter(({ rule }) => role !== 'worker' || !workerExemptions.has(rule))
      .sort((a, b) => a.line - b.line || a.column - b.column)
  }
}

const unreadable = ({ line, column, message }: SyntaxComplaint): Finding => ({
  rule: message.startsWith('expected ASCII') ? 'ascii' : 'syntax',
  line,
  column,
  message,
})

function conventions(script: Script, role: ScriptRole): readonly Finding[] {
  const f = new Findings(script)
  conventionFindings(script, role, f)
  if (role === 'look') observationFindings(script, f)
  return f.all
}
