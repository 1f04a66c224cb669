import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Complaint } from './complaint.ts'

/** The text of an inventory's files by path relative to the folder, in order of path. */
export type Texts = ReadonlyMap<string, string>

const required = [
  'sites.csv',
  'hosts.csv',
  'weekends.csv',
  'networks-off-limits.csv',
  'organisation.yaml',
  'off-limits.yaml',
] as const
const optional = ['holidays.csv', 'blackouts.yaml', 'second-lines.yaml'] as const
const folders = ['profiles', 'exceptions', 'rollouts'] as const

/** Reads every file that an inventory is made of; what is missing or misplaced becomes a complaint. */
export function readFolder(folder: string): {
  readonly texts: Texts
  readonly complaints: readonly Complaint[]
} {
  const complaints: Complaint[] = []
  const complain = (file: string, expected: string, got: string, fix: string) =>
    complaints.push({ file, line: 1, column: 1, field: 'file', expected, got, fix })
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    complain(folder, 'the folder of an inventory', '', 'Name an existing one.')
    return { texts: new Map(), complaints }
  }
  const files: string[] = []
  for (const file of required) {
    if (existsSync(join(folder, file))) files.push(file)
    else complain(file, 'this file', '', 'Create it.')
  }
  for (const file of optional) if (existsSync(join(folder, file))) files.push(file)
  for (const name of folders) {
    const at = join(folder, name)
    if (!existsSync(at)) continue
    for (const file of readdirSync(at).filter((f) => !f.startsWith('.') && f !== 'README.md')) {
      if (file.endsWith('.yaml')) files.push(`${name}/${file}`)
      else complain(`${name}/${file}`, 'a .yaml file', file, 'Rename it or move it away.')
    }
  }
  const texts = new Map<string, string>()
  for (const file of files.sort()) {
    const bytes = readFileSync(join(folder, file))
    try {
      texts.set(file, new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
    } catch {
      complain(file, 'UTF-8 text', 'other bytes', 'Save it as UTF-8.')
    }
  }
  return { texts, complaints }
}

/** SHA-256 (hex) over names and texts. */
export function digestOf(texts: Texts): string {
  const hash = createHash('sha256')
  for (const [file, text] of texts) hash.update(`${file}\0${Buffer.byteLength(text)}\0`).update(text)
  return hash.digest('hex')
}

/** Folders of `parent` that are inventories: those with an organisation.yaml. Sorted; empty when there is no parent. */
export const findInventories = (parent: string): readonly string[] =>
  existsSync(parent)
    ? readdirSync(parent)
        .filter((name) => existsSync(join(parent, name, 'organisation.yaml')))
        .sort()
        .map((name) => join(parent, name))
    : []
