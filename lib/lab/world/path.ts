/** Windows paths as the lab's file system reads them: drive letter, backslashes, no case. */

/** `c:/a//b\..\C.txt` → `C:\a\C.txt`; undefined when it names no drive (a share, a device). Relative paths start at `base`. */
export function fullPath(text: string, base = 'C:\\'): string | undefined {
  const slashed = text.replaceAll('/', '\\')
  if (slashed.startsWith('\\\\')) return undefined
  const rooted = /^[a-z]:/i.test(slashed)
    ? slashed
    : slashed.startsWith('\\')
      ? base.slice(0, 2) + slashed
      : `${base}\\${slashed}`
  const parts: string[] = []
  for (const part of rooted.slice(2).split('\\')) {
    if (part === '' || part === '.') continue
    if (part === '..') parts.pop()
    else parts.push(part.replace(/[. ]+$/, '') || part)
  }
  return `${rooted[0]?.toUpperCase() ?? 'C'}:\\${parts.join('\\')}`
}

/** The folder of a full path; undefined for a drive's root. */
export function parentOf(path: string): string | undefined {
  if (/^[A-Z]:\\$/i.test(path)) return undefined
  const cut = path.lastIndexOf('\\')
  return cut <= 2 ? path.slice(0, 3) : path.slice(0, cut)
}

export const leafOf = (path: string): string => path.slice(path.lastIndexOf('\\') + 1)

/** `C:\a.tar.gz` → `.gz`; empty without one. */
export function extensionOf(path: string): string {
  const leaf = leafOf(path)
  const dot = leaf.lastIndexOf('.')
  return dot < 0 || dot === leaf.length - 1 ? '' : leaf.slice(dot)
}

export const join = (folder: string, name: string): string =>
  folder.endsWith('\\') ? folder + name : `${folder}\\${name}`

/** Names compare without case. */
export const fold = (path: string): string => path.toLowerCase()

/** PowerShell's wildcards `* ? [a-z]` as a regular expression over the whole text, without case. */
export function wildcard(pattern: string): RegExp {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] ?? ''
    if (c === '*') out += '.*'
    else if (c === '?') out += '.'
    else if (c === '`' && i + 1 < pattern.length) out += escape(pattern[++i] ?? '')
    else if (c === '[') {
      const end = pattern.indexOf(']', i + 1)
      if (end < 0) out += '\\['
      else {
        out += `[${pattern.slice(i + 1, end).replace(/[\\^]/g, '\\$&')}]`
        i = end
      }
    } else out += escape(c)
  }
  return new RegExp(`^${out}$`, 'is')
}

export const hasWildcard = (text: string): boolean => /[*?[]/.test(text)

const escape = (c: string): string => c.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
