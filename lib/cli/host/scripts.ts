import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Script } from '../../reconcile/loaded-kind.ts'

/** A script of the command line's own: `restart` is `restart.ps1` beside this module. */
export function hostScript(name: string): Script {
  const text = readFileSync(new URL(`${name}.ps1`, import.meta.url), 'utf8')
  return { text, hash: createHash('sha256').update(text).digest('hex') }
}
