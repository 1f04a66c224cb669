import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { JsonObject } from '../../lib/domain/json.ts'
import type { Kind, Plan } from '../../lib/kinds/kind.ts'

export const kindsRoot = join(import.meta.dirname, '../../lib/kinds')

/** Folders below `root` that hold a kind, like `windows/file`, sorted. */
export const kindFolders = (root: string): readonly string[] =>
  readdirSync(root, { withFileTypes: true })
    .filter((area) => area.isDirectory())
    .flatMap((area) =>
      readdirSync(join(root, area.name), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${area.name}/${entry.name}`),
    )
    .sort()

const caseFile = z.strictObject({
  title: z.string(),
  remove: z.boolean().default(false),
  want: z.record(z.string(), z.json()),
  found: z.record(z.string(), z.json()).nullable(),
  recorded: z.record(z.string(), z.json()).optional(),
  /** Base64: an input is secret, and the kind looks and plans under this key; empty: there is none. */
  digestKey: z.string().optional(),
  expect: z.looseObject({ do: z.string() }),
})

/** One case of a kind: what is wanted and found, and the exact plan that follows. */
export type Case = z.infer<typeof caseFile> & { readonly name: string }

/** Everything that a kind's folder holds, read. */
export type KindFolder = {
  readonly folder: string
  readonly home: string
  readonly files: readonly string[]
  readonly kind: Kind
  readonly cases: readonly Case[]
}

export async function readKind(root: string, folder: string): Promise<KindFolder> {
  const home = join(root, folder)
  const { kind } = (await import(join(home, 'index.ts'))) as { kind: Kind }
  const files = readdirSync(home).sort()
  const cases = files.includes('cases')
    ? readdirSync(join(home, 'cases'))
        .filter((name) => name.endsWith('.yaml'))
        .sort()
        .map((name) => ({ ...caseFile.parse(parse(readText(home, 'cases', name))), name: name.slice(0, -5) }))
    : []
  return { folder, home, files, kind, cases }
}

export const readText = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')

export const scriptNames = (one: KindFolder): readonly string[] =>
  one.files.filter((name) => name.endsWith('.ps1'))

/** The kind as it is for a case: under a key where one of its inputs is secret. */
function kindOf(kind: Kind, { digestKey, name }: Case): Kind {
  if (digestKey === undefined) return kind
  if (kind.keyed === undefined) throw new Error(`case ${name}: ${kind.token} knows no key`)
  return kind.keyed.under(digestKey === '' ? undefined : digestKey)
}

/** What the kind plans for a case. */
export function planOf(plain: Kind, one: Case): Plan {
  const kind = kindOf(plain, one)
  const want = kind.props.parse(one.want) as JsonObject
  const found = one.found === null ? null : kind.found.parse(one.found)
  const recorded = one.recorded === undefined ? undefined : kind.found.parse(one.recorded)
  if (!one.remove) return kind.plan(want, found, recorded)
  if (found === null) throw new Error(`case ${one.name}: remove needs something found`)
  return kind.remove(want, found, recorded)
}
