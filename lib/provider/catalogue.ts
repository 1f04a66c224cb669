import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { JsonObject } from '../domain/json.ts'
import type { Kind } from '../kinds/kind.ts'
import type { Catalogue, LoadedKind, Script } from '../reconcile/loaded-kind.ts'

const root = new URL('../kinds/', import.meta.url)
/** `.ts` in the clone, `.js` in the package. */
const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'))

/** Folders below `lib/kinds` that hold a kind: `windows/file`. The listing is the registry. */
export function kindFolders(): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((module) => module.isDirectory())
    .flatMap((module) =>
      readdirSync(new URL(`${module.name}/`, root), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => `${module.name}/${entry.name}`),
    )
    .sort()
}

let loading: Promise<Catalogue> | undefined

/** Every kind with its scripts, by token. Loaded once a process. */
export const loadCatalogue = (): Promise<Catalogue> => (loading ??= load())

async function load(): Promise<Catalogue> {
  const kinds = await Promise.all(kindFolders().map(loadKind))
  return new Map(kinds.map((loaded) => [loaded.kind.token, loaded]))
}

async function loadKind(folder: string): Promise<LoadedKind> {
  const home = new URL(`${folder}/`, root)
  const module = (await import(new URL(`index${extension}`, home).href)) as {
    kind?: Kind<JsonObject, JsonObject>
  }
  if (module.kind === undefined) throw new Error(`Internal error: lib/kinds/${folder}/index exports no kind`)
  return { kind: module.kind, scripts: new Map(scriptsIn(home)) }
}

const scriptsIn = (home: URL): [string, Script][] =>
  readdirSync(home)
    .filter((name) => name.endsWith('.ps1'))
    .map((name) => {
      const text = readFileSync(new URL(name, home), 'utf8')
      return [name.slice(0, -4), { text, hash: createHash('sha256').update(text).digest('hex') }]
    })
