import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

/** The worker's source, beside this module in the tree and in the package. */
export const workerFile = new URL('worker.ps1', import.meta.url)

/**
 * Without indentation, blank lines, comment lines, and spaces around what parts words by itself; variables named by one letter or two.
 * Holds for scripts in which each comment has lines of its own, no string spans lines or holds a variable, and functions are called by
 * position; a script with a here-string, a block comment or a variable in a string is refused (defect of ours).
 */
export function strip(script: string): string {
  if (/@['"]\s*$|<#|`\s*$/m.test(script))
    throw new Error(
      'Internal error: worker.ps1 has a here-string, a block comment or a line continuation; none can be stripped safely',
    )
  const lines = script
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const names = shortNames(lines)
  return lines.map((line) => outsideQuotes(line, (code) => shorten(code, names))).join('\n')
}

const quoted = /('[^']*'|"[^"]*")/

function outsideQuotes(line: string, change: (code: string) => string): string {
  return line
    .split(quoted)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join('')
}

const shorten = (code: string, names: ReadonlyMap<string, string>): string =>
  code.replace(/ *([={};|+]) */g, '$1').replace(variable, (whole, name: string) => {
    const short = names.get(name.toLowerCase())
    return short === undefined ? whole : `$${short}`
  })

/** Not those of a drive, `$env:ProgramData`; but a type that a variable holds, `$type::Lambda`. */
const variable = /\$(\w+)\b(?!:(?!:))/g

/** Variables that PowerShell gives a meaning. */
const meant = new Set(
  '_ null true false PID Error PSVersionTable ErrorActionPreference ProgressPreference ConfirmPreference'
    .toLowerCase()
    .split(' '),
)

/** The most frequent names become the shortest; PowerShell doesn't tell upper case from lower. */
function shortNames(lines: readonly string[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const line of lines)
    for (const [index, part] of line.split(quoted).entries()) {
      if (index % 2 === 1 && part.startsWith('"') && part.includes('$'))
        throw new Error(
          `Internal error: worker.ps1 has a variable in a string, which strip would miss: ${part}`,
        )
      if (index % 2 === 1) continue
      for (const [, name = ''] of part.matchAll(variable))
        if (!meant.has(name.toLowerCase()))
          counts.set(name.toLowerCase(), (counts.get(name.toLowerCase()) ?? 0) + 1)
    }
  const ranked = [...counts.keys()].sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
  return new Map(ranked.map((name, rank) => [name, shortName(rank)]))
}

const letters = 'abcdefghijklmnopqrstuvwxyz'
const shortName = (rank: number): string =>
  `${rank < 26 ? '' : letters[Math.floor(rank / 26) - 1]}${letters[rank % 26]}`

/** First line on the worker's standard input: base64 of the raw deflate of its source. */
export const workerLine = (): string =>
  (cached ??= deflateRawSync(strip(readFileSync(workerFile, 'utf8')), { level: 9 }).toString('base64'))
let cached: string | undefined

/** Reads one line, inflates it and runs it. The command means the same in cmd.exe and in PowerShell: no quote, no $, no %. */
const bootstrap =
  'iex((New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String([Console]::In.ReadLine()))),[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd())'

/** What the exec request runs. */
export const workerCommand = `powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${Buffer.from(bootstrap, 'utf16le').toString('base64')}`
