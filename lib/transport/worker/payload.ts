import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

/** The worker's source, beside this module in the tree and in the package. */
export const workerFile = new URL('worker.ps1', import.meta.url)

/**
 * Without indentation, blank lines and comment lines. Holds for scripts in which each comment has lines of its own and no string spans
 * lines; a script with a here-string or a block comment is refused (defect of ours).
 */
export function strip(script: string): string {
  if (/@['"]\s*$|<#|`\s*$/m.test(script))
    throw new Error(
      'Internal error: worker.ps1 has a here-string, a block comment or a line continuation; none can be stripped safely',
    )
  const lines = script.split(/\r?\n/).map((line) => line.trim())
  return lines.filter((line) => line !== '' && !line.startsWith('#')).join('\n')
}

/** First line on the worker's standard input: base64 of the raw deflate of its source. */
export const workerLine = (): string =>
  (cached ??= deflateRawSync(strip(readFileSync(workerFile, 'utf8')), { level: 9 }).toString('base64'))
let cached: string | undefined

/** Reads one line, inflates it and runs it. The command means the same in cmd.exe and in PowerShell: no quote, no $, no %. */
const bootstrap =
  'iex((New-Object IO.StreamReader((New-Object IO.Compression.DeflateStream((New-Object IO.MemoryStream(,[Convert]::FromBase64String([Console]::In.ReadLine()))),[IO.Compression.CompressionMode]::Decompress)))).ReadToEnd())'

/** What the exec request runs. */
export const workerCommand = `powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -EncodedCommand ${Buffer.from(bootstrap, 'utf16le').toString('base64')}`
