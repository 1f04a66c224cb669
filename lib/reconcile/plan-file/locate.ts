/**
 * Line (1 = first) of a value in a JSON text that can be parsed; of the innermost one that exists where the path names what is not
 * there. `path`: names and indices from the outside in.
 */
export function lineOf(text: string, path: readonly (string | number)[]): number {
  let at = skipBlank(text, 0)
  for (const step of path) {
    const inner = typeof step === 'number' ? itemAt(text, at, step) : propertyAt(text, at, step)
    if (inner === undefined) break
    at = inner
  }
  return lineAt(text, at)
}

/** Line of a position. */
export function lineAt(text: string, position: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < position; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

function skipBlank(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n'.includes(text[at]!)) at += 1
  return at
}

/** Behind the string that begins there. */
function endOfString(text: string, from: number): number {
  let at = from + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}

/** Behind the value that begins there. */
function endOfValue(text: string, from: number): number {
  const first = text[from]
  if (first === '"') return endOfString(text, from)
  if (first !== '{' && first !== '[') {
    let at = from
    while (at < text.length && !',]} \t\r\n'.includes(text[at]!)) at += 1
    return at
  }
  let depth = 0
  for (let at = from; at < text.length;) {
    const character = text[at]!
    if (character === '"') {
      at = endOfString(text, at)
      continue
    }
    if (character === '{' || character === '[') depth += 1
    if (character === '}' || character === ']') depth -= 1
    at += 1
    if (depth === 0) return at
  }
  return text.length
}

function itemAt(text: string, from: number, index: number): number | undefined {
  if (text[from] !== '[') return undefined
  let at = skipBlank(text, from + 1)
  for (let i = 0; at < text.length && text[at] !== ']'; i++) {
    if (i === index) return at
    at = skipBlank(text, endOfValue(text, at))
    if (text[at] === ',') at = skipBlank(text, at + 1)
  }
  return undefined
}

function propertyAt(text: string, from: number, name: string): number | undefined {
  if (text[from] !== '{') return undefined
  let at = skipBlank(text, from + 1)
  while (text[at] === '"') {
    const end = endOfString(text, at)
    const found = JSON.parse(text.slice(at, end)) === name
    at = skipBlank(text, skipBlank(text, end) + 1)
    if (found) return at
    at = skipBlank(text, endOfValue(text, at))
    if (text[at] === ',') at = skipBlank(text, at + 1)
  }
  return undefined
}
