import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type HostMemory, processMemory } from '../../transport/memory.ts'
import { isFileError } from './own-folders.ts'

const file = z.record(z.string(), z.object({ scripts: z.array(z.string()), waits: z.boolean() }))

/** What is known of hosts between runs, in one JSON file. A wrong or lost file costs one more exchange a host. */
export function fileMemory(path: string): HostMemory & { save(): void } {
  const memory = processMemory()
  const hosts = new Set<string>()
  for (const [host, known] of Object.entries(load(path))) {
    hosts.add(host)
    memory.add(host, known.scripts)
    if (known.waits) memory.setWaits(host)
  }
  let changed = false
  const touch = (host: string): void => {
    hosts.add(host)
    changed = true
  }
  return {
    get: (host) => memory.get(host),
    waits: (host) => memory.waits(host),
    add: (host, hashes) => {
      touch(host)
      memory.add(host, hashes)
    },
    forget: (host, hashes) => {
      touch(host)
      memory.forget(host, hashes)
    },
    setWaits: (host) => {
      touch(host)
      memory.setWaits(host)
    },
    save: () => {
      if (!changed) return
      const known = [...hosts].map(
        (h) => [h, { scripts: [...memory.get(h)], waits: memory.waits(h) }] as const,
      )
      try {
        mkdirSync(dirname(path), { recursive: true })
        writeFileSync(`${path}.${process.pid}`, JSON.stringify(Object.fromEntries(known)))
        renameSync(`${path}.${process.pid}`, path)
      } catch (error) {
        // Where nothing may be written, the next run asks the hosts again.
        if (!isFileError(error)) throw error
      }
      changed = false
    },
  }
}

function load(path: string): z.infer<typeof file> {
  try {
    return file.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data ?? {}
  } catch {
    return {}
  }
}
