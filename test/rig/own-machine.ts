import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import '../../lib/engine/light-sdk.ts'

/** Each file of tests has a folder of this machine's links of its own, which whatever it starts inherits. */
const before = process.env['CHANCERY_MACHINE_FOLDER']
const folder = mkdtempSync(join(tmpdir(), 'chancery-machine-'))
process.env['CHANCERY_MACHINE_FOLDER'] = folder
afterAll(() => {
  if (before === undefined) delete process.env['CHANCERY_MACHINE_FOLDER']
  else process.env['CHANCERY_MACHINE_FOLDER'] = before
  rmSync(folder, { recursive: true, force: true })
})
