import { readFileSync } from 'node:fs'
import { err, ok, type Result } from '../../../domain/result.ts'
import { type DeepDocument, deepDocument } from './document.ts'

/** Reads what the printed script wrote, whatever Windows made of it on the way: UTF-8 or UTF-16, lines around it. The error is a sentence. */
export function readFacts(path: string): Result<DeepDocument, string> {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (error) {
    return err(
      `${path}: expected a file that can be read, got ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  const text = textOf(bytes)
  const line = text.split(/\r?\n/).find((one) => one.startsWith('{'))
  if (line === undefined)
    return err(
      `${path}: expected the line that the script prints, found none that starts with {. Run the script again, with > ${path}`,
    )
  const read = deepDocument.safeParse(parsed(line))
  if (read.success) return ok(read.data)
  const issue = read.error.issues[0]
  return err(
    `${path}: ${issue?.path.join('.') || 'document'}: ${issue?.message ?? 'expected another shape'}. Print the script again: chancery doctor --script`,
  )
}

function textOf(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le')
  const text = bytes.toString('utf8')
  return text.startsWith('\ufeff') ? text.slice(1) : text
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
