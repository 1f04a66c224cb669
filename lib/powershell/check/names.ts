import { type Command, type Expr, type Stmt } from '../syntax/ast.ts'

/** The name of a command as written, or undefined when it is computed. */
export const commandName = (c: Command): string | undefined =>
  c.name.kind === 'const' && typeof c.name.value === 'string' ? c.name.value : undefined

/** The text of a literal, or undefined when it is none. */
export const literal = (x: Expr | undefined): string | undefined =>
  x?.kind === 'const' ? (typeof x.value === 'string' ? x.value : x.text) : undefined

/** The expression that a statement is, or undefined when it is more. */
export const plain = (s: Stmt): Expr | undefined =>
  s.kind === 'pipeline' && s.rest.length === 0 && s.first.kind !== 'command' ? s.first : undefined

/** A program of its own, as the name says: `w32tm.exe`. */
export const isProgram = (name: string): boolean => /\.(exe|com|cmd|bat)$/i.test(name)
