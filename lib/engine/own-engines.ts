import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

const fileOf = (workFolder: string, engine: number): string => join(workFolder, 'engines', String(engine))

/** Writes down which process started an engine, as long as it runs; gives what takes the note away. */
export function noteEngine(workFolder: string, engine: number): () => void {
  const file = fileOf(workFolder, engine)
  mkdirSync(join(workFolder, 'engines'), { recursive: true })
  writeFileSync(file, String(process.pid))
  return () => rmSync(file, { force: true })
}

/**
 * True for an engine of this machine that runs although the process that started it is no more. It has lost its program and its
 * provider, so it reaches no host: it writes its state, gives its lock back and ends.
 */
export async function isOrphan(workFolder: string, engine: number): Promise<boolean> {
  const text = await readFile(fileOf(workFolder, engine), 'utf8').catch(() => '')
  return /^\d+$/.test(text) && !runs(Number(text)) && runs(engine)
}

/**
 * Whether a process with this id runs here; one that may not be signalled does. One that has ended and was never waited for, as
 * where a container's first process collects nobody, does not.
 */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH')
  }
  return process.platform !== 'linux' || !hasEnded(pid)
}

function hasEnded(pid: number): boolean {
  try {
    // The name before the state stands in brackets and may hold anything.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return /^[ZX]/.test(stat.slice(stat.lastIndexOf(') ') + 2))
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT'
  }
}
