/** Makes the folder of a new kind from the template: `npm run new:kind -- windows/thing`. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { withTables } from '../../lib/kinds/reference.ts'
import { folderComplaint, skeleton } from '../../lib/kinds/skeleton.ts'
import { kindComplaints } from './kind-complaints.ts'
import { kindsRoot, readKind, readText } from './kind-folders.ts'

/** Writes the kind below `root`, with the tables of its reference page. Refuses, in words, where a folder is there. */
export async function newKind(root: string, folder: string): Promise<string | undefined> {
  const home = join(root, folder)
  const complaint = folderComplaint(folder) ?? (existsSync(home) ? `${folder}: is there already` : undefined)
  if (complaint !== undefined) return complaint
  for (const [path, text] of skeleton(folder)) {
    mkdirSync(dirname(join(home, path)), { recursive: true })
    writeFileSync(join(home, path), text)
  }
  const { kind } = await readKind(root, folder)
  writeFileSync(join(home, 'README.md'), withTables(readText(home, 'README.md'), kind))
  return undefined
}

if (import.meta.main) {
  const [folder = ''] = process.argv.slice(2)
  const complaint = await newKind(kindsRoot, folder)
  if (complaint !== undefined) {
    process.stderr.write(`${complaint}. Nothing was written. Usage: npm run new:kind -- windows/thing\n`)
    process.exitCode = 2
  } else {
    const made = await readKind(kindsRoot, folder)
    const todo = kindComplaints(made).map((line) => `  ${line}\n`)
    process.stdout.write(
      `${relative(process.cwd(), made.home)} is there. What is yours to write:\n${todo.join('')}`,
    )
    process.stdout.write(
      'Then: npm run reference && npm run resources && npx vitest run test/conformance lib/kinds\n',
    )
  }
}
