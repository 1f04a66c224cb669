import type { Json } from '../../domain/json.ts'
import { sha256 } from '../../lab/world/file-nodes.ts'
import type { World } from '../../lab/world/world.ts'

/** An identity as the lab drew it, in lower case → as the real host says it where it was met first. */
export type Identities = ReadonlyMap<string, string>

const hash = /^[0-9a-f]{64}$/
const guid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi

/** Pairs of GUIDs, and of hashes of contents that nobody knows, that stand at the same place of what the lab shows and of what was seen. */
export function identitiesOf(
  made: Json | undefined,
  seen: Json | undefined,
  into: Map<string, string> = new Map(),
): Map<string, string> {
  if (typeof made === 'string' && typeof seen === 'string') {
    if (hash.test(made) && hash.test(seen) && made !== seen) into.set(made, seen)
    const ours = made.match(guid) ?? []
    const theirs = seen.match(guid) ?? []
    if (ours.length === theirs.length)
      for (const [at, one] of ours.entries())
        if (!into.has(one.toLowerCase())) into.set(one.toLowerCase(), theirs[at]!)
    return into
  }
  if (made === null || seen === null || typeof made !== 'object' || typeof seen !== 'object') return into
  for (const [key, value] of Object.entries(made))
    identitiesOf(value as Json, Reflect.get(seen, key) as Json, into)
  return into
}

/** Gives the things of a world the identities that they have on the real host, wherever the world says them. */
export function giveIdentities(world: World, identities: Identities): void {
  if ([...identities].every(([from, to]) => from === to.toLowerCase())) return
  const rename = (text: string): string =>
    text.replace(guid, (found) => {
      const to = identities.get(found.toLowerCase())
      return to === undefined ? found : found === found.toUpperCase() ? to.toUpperCase() : to
    })
  for (const part of [world.hyperv.switches, world.hyperv.machines, world.network.adapters])
    walk(part, rename)
  for (const [path, node] of world.files.walk()) {
    if (node.kind === 'folder') continue
    if (node.content.kind === 'disk') walk(node.content.disk, rename)
    else if (identities.has(sha256(node.content.bytes)))
      node.content = { ...node.content, sha256: identities.get(sha256(node.content.bytes))! }
    else if (node.content.bytes.length <= longestNote) {
      const text = Buffer.from(node.content.bytes).toString('latin1')
      if (rename(text) !== text)
        node.content = { kind: 'bytes', bytes: new Uint8Array(Buffer.from(rename(text), 'latin1')) }
    }
    if (rename(path) !== path) world.files.move(path, rename(path))
  }
}

/** Bytes; a file that names an identity in plain text is small. */
const longestNote = 4096

function walk(value: unknown, rename: (text: string) => string): void {
  if (value === null || typeof value !== 'object') return
  for (const key of Object.keys(value)) {
    const inner: unknown = Reflect.get(value, key)
    if (typeof inner !== 'string') walk(inner, rename)
    else if (rename(inner) !== inner) Reflect.set(value, key, rename(inner))
  }
}
