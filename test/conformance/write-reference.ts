/** Writes the generated tables into README.md of lib/kinds and of each kind: `npm run reference`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withKinds, withTables } from '../../lib/kinds/reference.ts'
import { kindFolders, kindsRoot, readKind, readText } from './kind-folders.ts'

const kinds = await Promise.all(kindFolders(kindsRoot).map((folder) => readKind(kindsRoot, folder)))
for (const { home, kind } of kinds) rewrite(home, (page) => withTables(page, kind))
rewrite(kindsRoot, (page) => withKinds(page, kinds))

function rewrite(home: string, tables: (page: string) => string): void {
  const before = readText(home, 'README.md')
  const after = tables(before)
  if (after === before) return
  writeFileSync(join(home, 'README.md'), after)
  process.stdout.write(`${join(home, 'README.md')}: tables written\n`)
}
