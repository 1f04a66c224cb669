import { Refused } from './errors.ts'

const cache = new Map<string, RegExp>()

/** The JavaScript expression for a .NET one; what has no equal is refused. */
export function toRegex(source: string, caseSensitive: boolean, extra = ''): RegExp {
  const id = `${caseSensitive ? 'c' : 'i'}${extra}:${source}`
  const known = cache.get(id)
  if (known !== undefined) return known
  let flags = `${caseSensitive ? '' : 'i'}gd${extra}`
  let body = source
  const head = /^\(\?([imsn]+)\)/.exec(body)
  if (head !== null) {
    if (head[1]!.includes('n')) throw new Refused('(?n) in a regular expression')
    body = body.slice(head[0].length)
    for (const f of head[1]!) if (!flags.includes(f)) flags += f
  }
  if (/\(\?\(|\(\?>|\(\?<\w+-|\\G|\(\?#|\(\?[a-z]*-[a-z]|\[[^\]]*-\[|\\p\{Is|\(\?x/.test(body))
    throw new Refused('a construct of this regular expression')
  body = body
    .replace(/\\A/g, '^(?<!\\n)')
    .replace(/\\[zZ]/g, '$')
    .replace(/\(\?'(\w+)'/g, '(?<$1>')
  body = translate(body, flags.includes('m'))
  if (/\\p\{/.test(body)) flags += 'u'
  try {
    const made = new RegExp(body, flags)
    if (cache.size > 500) cache.clear()
    cache.set(id, made)
    return made
  } catch {
    throw new Refused('a regular expression that cannot be read')
  }
}

// `$` at the end also matches before a last line feed; `\d` and `\w` are Unicode's, which for our texts is refused rather than narrowed
function translate(body: string, multiline: boolean): string {
  let out = ''
  let inClass = false
  for (let i = 0; i < body.length; i++) {
    const c = body[i]!
    if (c === '\\') {
      out += c + (body[i + 1] ?? '')
      i++
    } else if (inClass) {
      if (c === ']') inClass = false
      out += c
    } else if (c === '[') {
      inClass = true
      out += c
      if (body[i + 1] === '^') out += body[++i]!
      if (body[i + 1] === ']') {
        out += '\\]'
        i++
      }
    } else if (c === '$' && !multiline) out += '(?=\\n?$(?![\\s\\S]))'
    else out += c
  }
  return out
}

/** A wildcard pattern as an expression over the whole text. */
export function wildcard(pattern: string, caseSensitive: boolean): RegExp {
  let out = ''
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!
    if (c === '`' && i + 1 < pattern.length) out += escapeRegex(pattern[++i]!)
    else if (c === '*') out += '[\\s\\S]*'
    else if (c === '?') out += '[\\s\\S]'
    else if (c === '[') {
      const end = pattern.indexOf(']', i + 2)
      if (end < 0) throw new Refused('a wildcard pattern with "[" alone')
      out += `[${pattern.slice(i + 1, end).replace(/[\\^[]/g, '\\$&')}]`
      i = end
    } else out += escapeRegex(c)
  }
  return new RegExp(`^${out}$`, caseSensitive ? '' : 'i')
}

/** Text as an expression that matches it, as [regex]::Escape writes it. */
export function escapeRegex(text: string): string {
  return text
    .replace(/[\\*+?|{[()^$.# ]/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replace(/\t/g, '\\t')
    .replace(/\f/g, '\\f')
}

/** Replaces all matches, `$1`, `${name}`, `$&` and `$$` as .NET reads them. */
export function replaceAll(
  input: string,
  regex: RegExp,
  replacement: string | ((m: RegExpExecArray) => string),
  limit = Infinity,
): string {
  let out = ''
  let from = 0
  let count = 0
  regex.lastIndex = 0
  for (let m = regex.exec(input); m !== null && count < limit; m = regex.exec(input)) {
    const found = m
    out += input.slice(from, found.index)
    out += typeof replacement === 'string' ? expand(replacement, found, input) : replacement(found)
    from = found.index + found[0].length
    if (found[0] === '') regex.lastIndex++
    count++
  }
  return out + input.slice(from)
}

function expand(replacement: string, m: RegExpExecArray, input: string): string {
  return replacement.replace(
    /\$(?:(\$)|(&)|(\d+)|\{(\w+)\}|(_)|(`)|(')|(\+))/g,
    (all, dollar, whole, index, name, entire, before, after, last) => {
      if (dollar !== undefined) return '$'
      if (whole !== undefined) return m[0]
      if (entire !== undefined) return input
      if (before !== undefined) return input.slice(0, m.index)
      if (after !== undefined) return input.slice(m.index + m[0].length)
      if (last !== undefined) throw new Refused('$+ in a replacement')
      const id = String(index ?? name)
      if (/^\d+$/.test(id)) return Number(id) < m.length ? (m[Number(id)] ?? '') : all
      return m.groups !== undefined && id in m.groups ? (m.groups[id] ?? '') : all
    },
  )
}
