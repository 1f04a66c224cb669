/** Writes the tables of inputs and outputs into the README.md of each kind: `npm run reference`. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withTables } from '../../lib/kinds/reference.ts'
import { kindFolders, kindsRoot, readKind, readText } from './kind-folders.ts'

for (const folder of kindFolders(kindsRoot)) {
  const { home, kind } = await readKind(kindsRoot, folder)
  const before = readText(home, 'README.md')
  const after = withTables(before, kind)
  if (after === before) continue
  writeFileSync(join(home, 'README.md'), after)
  process.stdout.write(`lib/kinds/${folder}/README.md: tables written\n`)
}
