/**
 * What is remembered of hosts between connections: which scripts each holds, and which need to be waited for at the login. Only saves
 * bytes and time; a wrong memory costs one more exchange. An embedding program may keep it across processes.
 */
export type HostMemory = {
  /** Hashes of the scripts that a host is known to hold. */
  get(host: string): Iterable<string>
  add(host: string, hashes: Iterable<string>): void
  /** The host turned out to lack these. */
  forget(host: string, hashes: Iterable<string>): void
  /** True when three flights have failed on this host and waiting did. */
  waits(host: string): boolean
  setWaits(host: string): void
}

/** Memory for the life of the process. */
export function processMemory(): HostMemory {
  const scripts = new Map<string, Set<string>>()
  const waiting = new Set<string>()
  return {
    get: (host) => scripts.get(host) ?? [],
    add: (host, hashes) => {
      const held = scripts.get(host) ?? new Set<string>()
      for (const hash of hashes) held.add(hash)
      scripts.set(host, held)
    },
    forget: (host, hashes) => {
      for (const hash of hashes) scripts.get(host)?.delete(hash)
    },
    waits: (host) => waiting.has(host),
    setWaits: (host) => void waiting.add(host),
  }
}
