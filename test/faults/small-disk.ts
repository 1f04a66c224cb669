import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export type Disk = { fill(): void; free(): void; unmount(): void }

/** A disk of its own for state and work folders, which can be filled to the last byte. Needs the right to mount. */
export function smallDisk(folder: string): Disk {
  mkdirSync(folder, { recursive: true })
  execFileSync('cp', ['-a', folder, `${folder}.kept`])
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', folder])
  execFileSync('cp', ['-a', `${folder}.kept/.`, folder])
  rmSync(`${folder}.kept`, { recursive: true, force: true })
  const filler = join(folder, 'filler')
  return {
    fill: () => {
      const { bavail, bsize } = statfsSync(folder)
      try {
        writeFileSync(filler, Buffer.alloc(bavail * bsize + bsize))
      } catch {
        // The last byte is taken.
      }
    },
    free: () => rmSync(filler, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', folder]),
  }
}
