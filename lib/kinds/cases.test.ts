import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Kind } from './kind.ts'

/** One case: what is wanted, what was found, and the exact plan that follows. */
const caseFile = z.strictObject({
  title: z.string(),
  /** True: the plan of `remove`, not of `plan`. */
  remove: z.boolean().default(false),
  want: z.record(z.string(), z.unknown()),
  found: z.record(z.string(), z.unknown()).nullable(),
  /** What the last run saw; left out = nothing on record. */
  recorded: z.record(z.string(), z.unknown()).optional(),
  expect: z.record(z.string(), z.unknown()),
})

const root = import.meta.dirname
const kindFolders = readdirSync(root, { withFileTypes: true })
  .filter((area) => area.isDirectory())
  .flatMap((area) => readdirSync(join(root, area.name)).map((name) => join(root, area.name, name)))

for (const folder of kindFolders) {
  const { kind } = (await import(join(folder, 'index.ts'))) as { kind: Kind }
  const cases = readdirSync(join(folder, 'cases')).filter((name) => name.endsWith('.yaml'))
  describe(kind.token, () => {
    it.each(cases.map((name) => basename(name, '.yaml')))('plans as its case %s says', (name) => {
      const one = caseFile.parse(parse(readFileSync(join(folder, 'cases', `${name}.yaml`), 'utf8')))
      const want = kind.props.parse(one.want) as Parameters<Kind['plan']>[0]
      const found = one.found === null ? null : kind.found.parse(one.found)
      const recorded = one.recorded === undefined ? undefined : kind.found.parse(one.recorded)
      if (!one.remove) return expect(kind.plan(want, found, recorded)).toEqual(one.expect)
      if (found === null) throw new Error(`${name}: remove needs something found`)
      expect(kind.remove(want, found, recorded)).toEqual(one.expect)
    })
  })
}
