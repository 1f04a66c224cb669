import { mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/**
 * The nearest folder above a path, or the path itself, that is there. Throws what the file system does, also where something that is no
 * folder is in the way.
 */
export function nearestThere(path: string): string {
  for (let at = resolve(path); ; at = dirname(at)) {
    const there = statSync(at, { throwIfNoEntry: false })
    // Making it says what is in the way, in the file system's own words.
    if (there?.isDirectory() === false) mkdirSync(at)
    if (there !== undefined || at === dirname(at)) return at
  }
}

/**
 * Makes a folder with those above it that are missing. Node's own way does not end where a file system, as /proc, says of every name that
 * there is no such thing.
 * @param mode of those that are made; default: what the account's mask leaves of 777
 * @returns the first that was made; undefined: it was there. Throws what the file system does
 */
export function makeFolder(path: string, mode?: number): string | undefined {
  const there = nearestThere(path)
  const missing: string[] = []
  for (let at = resolve(path); at !== there; at = dirname(at)) missing.unshift(at)
  for (const each of missing) {
    try {
      mkdirSync(each, { mode })
    } catch (cause) {
      // Somebody else was quicker.
      const quicker = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST'
      if (!quicker || !statSync(each).isDirectory()) throw cause
    }
  }
  return missing[0]
}
