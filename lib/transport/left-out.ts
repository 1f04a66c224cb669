import { createHash } from 'node:crypto'

/** Begins what a host shows of a thing. No text inside a JSON string reads so: its quotes are escaped. */
const seen = '"seen":{'
/** What stands before it where the fingerprint was not left out. */
const hashed = /"hash":"[0-9a-f]{64}",$/

/** A line of JSON with the fingerprint of each thing that it shows without one: the SHA-256 of the text as it was printed. */
export function withHashes(json: string): string {
  let whole = ''
  let from = 0
  for (let at = json.indexOf(seen); at >= 0; at = json.indexOf(seen, from)) {
    const begin = at + seen.length - 1
    const end = endOfObject(json, begin)
    if (end === undefined) break
    const printed = json.slice(begin, end)
    const left = hashed.test(json.slice(Math.max(0, at - 80), at))
      ? ''
      : `"hash":"${createHash('sha256').update(printed, 'latin1').digest('hex')}",`
    whole += json.slice(from, at) + left + json.slice(at, end)
    from = end
  }
  return whole + json.slice(from)
}

/** Index behind the object that begins there; undefined when the text ends before it. */
function endOfObject(json: string, begin: number): number | undefined {
  let depth = 0
  for (let at = begin; at < json.length; at++) {
    const character = json[at]
    if (character === '"') at = endOfString(json, at)
    else if (character === '{') depth += 1
    else if (character === '}' && --depth === 0) return at + 1
  }
  return undefined
}

/** Index of the quote that ends the string that begins there, or behind the text. */
function endOfString(json: string, begin: number): number {
  let at = begin + 1
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}
