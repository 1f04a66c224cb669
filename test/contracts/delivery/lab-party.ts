import { systemClock } from '../../../lib/domain/clock.ts'
import { ContentLocks } from '../../../lib/lab/receiver/content-locks.ts'
import { Receiver } from '../../../lib/lab/receiver/receiver.ts'
import { World } from '../../../lib/lab/world/world.ts'
import { receiverPayload } from '../../../lib/transport/delivery/payload.ts'
import type { Party, PartyChannel } from './party.ts'

/** A host of the lab without its SSH server. */
export type LabParty = Party & { readonly world: World }

export function labParty(): LabParty {
  const world = new World(
    { host: 'host', account: 'chancery', image: 'bare', address: '192.0.2.1', freeBytes: 1e9, seed: 1 },
    () => systemClock.now(),
  )
  const locks = new ContentLocks(systemClock)
  const root = 'C:\\ProgramData\\Chancery'
  const path = (of: string): string => `${root}\\${of.replaceAll('/', '\\')}`
  return {
    world,
    start: () => labChannel(world, locks),
    read(of) {
      const file = world.files.read(path(of))
      return file.ok ? new Uint8Array(file.value) : undefined
    },
    write(of, bytes) {
      const at = path(of)
      world.files.makeFolder(at.slice(0, at.lastIndexOf('\\')))
      world.files.write(at, bytes)
    },
    list: () =>
      world.files
        .walk()
        .filter(([at, node]) => node.kind === 'file' && at.startsWith(`${root}\\`))
        .map(([at]) => at.slice(root.length + 1).replaceAll('\\', '/')),
    path,
  }
}

function labChannel(world: World, locks: ContentLocks): PartyChannel {
  const lines: string[] = []
  let over = false
  let wake: () => void = () => undefined
  const receiver = new Receiver({
    world,
    locks,
    clock: systemClock,
    pid: 4,
    psVersion: '5.1.20348.2227',
    print: (line) => {
      lines.push(line)
      wake()
    },
    ended: () => {
      over = true
      wake()
    },
  })
  receiver.take(receiverPayload())
  return {
    write: async (bytes) => receiver.take(bytes),
    async *lines() {
      for (;;) {
        for (let line = lines.shift(); line !== undefined; line = lines.shift()) yield line
        if (over) return
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    close: async () => receiver.close(),
    kill: async () => receiver.die(),
  }
}
