import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { schemaFiles } from './schema-files.ts'

/** `npm run schemas`: writes inventories/schema/*.json. */
const folder = join(import.meta.dirname, '../../inventories/schema')
mkdirSync(folder, { recursive: true })
for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text)
