import { z } from 'zod'

const reserved = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i

/** Why a text is no plain absolute path on a local drive, or undefined when it is one. */
export function pathComplaint(path: string): string | undefined {
  if (!/^[A-Za-z]:\\/.test(path)) return 'expected a path on a local drive, like C:\\Folder\\file.txt'
  if (path.length > 240) return `expected at most 240 characters, got ${path.length}`
  const names = path.slice(3).split('\\')
  if (names.some((name) => name === ''))
    return 'expected no empty name between backslashes and none at the end'
  if (names.some((name) => name === '.' || name === '..')) return 'expected no . or .. in the path'
  const bad = names.find((name) => /[<>:"/|?*\x00-\x1f]/.test(name))
  if (bad !== undefined)
    return `expected names without < > : " / | ? * and control characters, got ${JSON.stringify(bad)}`
  const trailing = names.find((name) => /[. ]$/.test(name))
  if (trailing !== undefined)
    return `expected no name that ends in a dot or a blank, got ${JSON.stringify(trailing)}`
  const device = names.find((name) => reserved.test(name))
  return device === undefined ? undefined : `expected no device name, got ${JSON.stringify(device)}`
}

/** An absolute path on a local drive of the host, backslashes, at most 240 characters, no wildcards and no `..`. */
export const windowsPath = z.string().superRefine((path, context) => {
  const complaint = pathComplaint(path)
  if (complaint !== undefined) context.addIssue({ code: 'custom', message: complaint })
})

/** Windows compares names of files, features and switches without regard to case: the form in which two equal ones are equal. */
export const foldCase = (name: string): string => name.toLowerCase()
