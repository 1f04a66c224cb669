import type { Json, JsonObject } from '../../lib/domain/json.ts'

const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

/** A world without what differs from one sound run to another: instants, identities that Windows draws, the worker's own files. */
export function normal(snapshot: Json): JsonObject {
  const { files, folders, ...rest } = snapshot as JsonObject
  const ids = new Map<string, string>()
  const numbered = (text: string): string =>
    text.replace(guid, (id) => {
      const known = ids.get(id.toLowerCase()) ?? `#${ids.size + 1}`
      ids.set(id.toLowerCase(), known)
      return known
    })
  const walk = (value: Json, key: string): Json => {
    if (transient.has(key)) return null
    if (typeof value === 'string') return numbered(value)
    if (Array.isArray(value)) return value.map((one) => walk(one, ''))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [numbered(name), walk(inner, name)]),
    )
  }
  const own = (path: string): boolean => /^c:\\programdata\\chancery(\\|$)/i.test(path)
  const all = files as JsonObject
  // A note whose disk is gone says nothing of any disk: a new one under the name writes its own.
  const stale = (path: string): boolean => path.endsWith(note) && !(path.slice(0, -note.length) in all)
  const kept = Object.entries(all).filter(([path]) => !own(path) && !stale(path))
  return {
    ...(walk(rest, '') as JsonObject),
    files: Object.fromEntries(kept.map(([path, file]) => [numbered(path), plain(path, walk(file, ''))])),
    // Of the worker's own files only whose record there is of what: no record is left over, and none is missing.
    records: Object.keys(all).filter((path) => /\\chancery\\owned\\/i.test(path)),
    folders: (folders as readonly string[]).filter((path) => !own(path)),
  }
}

/** Instants, whether a machine has run at some time, and the address by which each host of the lab is reached. */
const transient = new Set(['startedAt', 'createdAt', 'ranBefore', 'address'])

/** A disk and the note beside it hold its identity: their bytes differ with it. */
function plain(path: string, file: Json): Json {
  const { sha256, id: _, ...rest } = file as JsonObject
  return 'type' in rest || path.toLowerCase().endsWith(note) ? rest : { ...rest, sha256: sha256 ?? null }
}

const note = '.chancery'
