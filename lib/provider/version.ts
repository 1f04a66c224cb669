import { readFileSync } from 'node:fs'

/** The nearest package.json above this module: ours, in the clone and in the package alike. */
function find(from: URL): string {
  const url = new URL('package.json', from)
  try {
    const { name, version } = JSON.parse(readFileSync(url, 'utf8')) as { name?: string; version?: string }
    if (name === 'chancery' && version !== undefined) return version
  } catch {
    // No package.json here: look one folder up.
  }
  const above = new URL('../', from)
  if (above.href === from.href)
    throw new Error('Internal error: no package.json of chancery above lib/provider')
  return find(above)
}

/** Version of this package; the provider reports it to the engine. */
export const version = find(new URL('./', import.meta.url))
