import { randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { hostname, userInfo } from 'node:os'
import { join } from 'node:path'
import { err, type Result } from '../domain/result.ts'

/**
 * Does a job while this process holds the lock of a stack whose state lies in the folder `root`, as the engine takes it: a file of its
 * own, and nobody else's beside it. The error says that somebody has it; a holder that dies leaves what `clearStaleLock` clears.
 * Source: pulumi pkg/backend/diy/lock.go, 3.259.
 */
export async function withOwnLock<T>(
  root: string,
  { project, stack }: { readonly project: string; readonly stack: string },
  job: () => Promise<Result<T, string>>,
): Promise<Result<T, string>> {
  const id = randomUUID()
  const locks = join(root, '.pulumi/locks')
  const folder = join(locks, 'organization', project, stack)
  const file = join(folder, `${id}.json`)
  const draft = join(locks, `${id}.draft`)
  try {
    await mkdir(folder, { recursive: true })
    const text = JSON.stringify({
      pid: process.pid,
      username: userInfo().username,
      hostname: hostname(),
      timestamp: new Date().toISOString(),
    })
    // Half a lock would be one that nobody can read or clear.
    await writeFile(draft, text, { mode: 0o600 })
    await rename(draft, file)
    const others = (await readdir(folder)).filter((name) => !file.endsWith(name))
    return others.length > 0 ? err('another run has its lock') : await job()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
    return err(error.message)
  } finally {
    await rm(draft, { force: true })
    await rm(file, { force: true })
  }
}
