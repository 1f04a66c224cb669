import { createRequire } from 'node:module'
import { Language, type Node, Parser as TreeParser } from 'web-tree-sitter'
import { type Script, type SyntaxComplaint, placeOf } from './ast.ts'
import { read, type ReadResult } from './read.ts'

/** Reads scripts; made once by `loadParser`, then synchronous. */
export interface Parser {
  /** A script, or all that is wrong with its text: what the grammar cannot read, what the reader cannot, and text outside ASCII. */
  parse(text: string, name: string): ReadResult
}

let loaded: Promise<Parser> | undefined

/** Loads the grammar; later calls give the same parser. */
export function loadParser(): Promise<Parser> {
  loaded ??= load()
  return loaded
}

async function load(): Promise<Parser> {
  await TreeParser.init()
  const grammar = createRequire(import.meta.url).resolve('tree-sitter-powershell/tree-sitter-powershell.wasm')
  const tree = new TreeParser()
  tree.setLanguage(await Language.load(grammar))
  return { parse: (text, name) => parse(tree, text, name) }
}

function parse(tree: TreeParser, text: string, name: string): ReadResult {
  const complaints: SyntaxComplaint[] = [...foreign(text), ...broken(tree, text)]
  const own = read(text, name)
  if (complaints.length === 0) return own
  return { ok: false, error: own.ok ? complaints : [...complaints, ...own.error] }
}

function foreign(text: string): readonly SyntaxComplaint[] {
  const out: SyntaxComplaint[] = []
  for (const m of text.matchAll(/[^\x00-\x7f]+/g))
    out.push({ ...placeOf(text, m.index), message: `expected ASCII, got ${JSON.stringify(m[0])}` })
  return out
}

function broken(tree: TreeParser, text: string): readonly SyntaxComplaint[] {
  const parsed = tree.parse(text)
  if (parsed === null) return [{ line: 1, column: 1, message: 'the grammar gave no tree' }]
  const out: SyntaxComplaint[] = []
  const walk = (n: Node): void => {
    if (n.isMissing) out.push(complaint(n, `expected "${n.type}"`))
    else if (n.isError) out.push(complaint(n, `cannot be read: ${JSON.stringify(n.text.slice(0, 40))}`))
    if (n.hasError) for (const child of n.children) if (child !== null) walk(child)
  }
  try {
    walk(parsed.rootNode)
  } finally {
    parsed.delete()
  }
  return out
}

const complaint = (n: Node, message: string): SyntaxComplaint => ({
  line: n.startPosition.row + 1,
  column: n.startPosition.column + 1,
  message,
})

export type { Script }
