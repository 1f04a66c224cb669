import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type InFolder = { readonly backendUrl: string; readonly project: string; readonly stack: string }

const isFolder = (backendUrl: string): boolean => backendUrl.startsWith('file:///')

/**
 * The backend as the engine is told it. Beside each file of a folder the engine's store keeps one of attributes, which it empties
 * before it writes it: an engine killed in between leaves a state that it can't read any more. Nobody needs them: none are written.
 */
export const engineUrl = (backendUrl: string): string =>
  isFolder(backendUrl) && !/[?&]metadata=/.test(backendUrl)
    ? `${backendUrl}${backendUrl.includes('?') ? '&' : '?'}metadata=skip`
    : backendUrl

/** Takes away attributes that an engine of somebody else's left half written, so that the state beside them can be read. */
export async function mendState({ backendUrl, project, stack }: InFolder): Promise<void> {
  if (!isFolder(backendUrl)) return
  const file = join(fileURLToPath(backendUrl), '.pulumi/stacks', project, `${stack}.json`)
  for (const path of [`${file}.attrs`, `${file}.bak.attrs`]) {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    if (text !== undefined && !isJson(text)) await rm(path, { force: true })
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
