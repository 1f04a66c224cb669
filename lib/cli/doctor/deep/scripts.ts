import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

const folder = new URL('./', import.meta.url)

/** A question to a host: a script that only looks. */
export type DeepScript = { readonly name: string; readonly text: string; readonly hash: string }

/** Every question, by name: the listing of this folder. */
export const deepScripts = (): readonly DeepScript[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ps1'))
    .map((file) => {
      const text = readFileSync(new URL(file, folder), 'utf8')
      return { name: file.slice(0, -4), text, hash: createHash('sha256').update(text).digest('hex') }
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1))

const runner = new URL('../whole/run-checks.ps1', import.meta.url)
const place = '# CHECKS\n'

/** All questions as one script that prints the document; ASCII, Windows PowerShell 3.0 syntax, needs nothing beside it. */
export function wholeScript(): string {
  const text = readFileSync(runner, 'utf8')
  if (!text.includes(place)) throw new Error('Internal error: run-checks.ps1 has no place for the checks')
  const checks = deepScripts().map((script) => `$checks.Add('${script.name}', {\n${script.text}})\n`)
  return text.replace(place, () => checks.join(''))
}
