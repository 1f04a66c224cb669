import { createHash } from 'node:crypto'
import type { ServerChannel } from 'ssh2'
import type { Executor } from './executor.ts'

/** What a script of a person may take on a lab host: longer sleeps end it. */
const limitMs = 600_000

/**
 * The script in a command line that a person types, `powershell [-NoProfile …] -Command …` or `-EncodedCommand …`, as
 * `ssh host powershell …` sends it. Undefined for any other command.
 */
export function scriptByHand(command: string): string | undefined {
  const line =
    /^powershell(?:\.exe)?(?:\s+-(?:NoLogo|NoProfile|NonInteractive|ExecutionPolicy\s+\w+))*\s+-(Command|c|EncodedCommand|enc)\s+(.+)$/is.exec(
      command.trim(),
    )
  if (line === null) return undefined
  const [, option = '', rest = ''] = line
  if (/^e/i.test(option)) return Buffer.from(rest, 'base64').toString('utf16le')
  return /^"(.*)"$/s.exec(rest)?.[1]?.replaceAll('\\"', '"') ?? rest
}

/** Runs it as PowerShell would: texts as they are, other values as JSON; an error on standard error and 1 as exit code. */
export function runByHand(channel: ServerChannel, executor: Executor, script: string): void {
  const hash = createHash('sha256').update(script).digest('hex')
  const { out, warnings, fault } = executor.run(hash, script, {}, limitMs)
  for (const line of out) channel.write(`${shown(line)}\n`)
  for (const warning of warnings) channel.write(`WARNING: ${warning}\n`)
  if (fault !== undefined)
    channel.stderr.write(`${fault.message}\n    FullyQualifiedErrorId : ${fault.fqid}\n`)
  channel.exit(fault === undefined ? 0 : 1)
  channel.end()
}

function shown(json: string): string {
  const value: unknown = JSON.parse(json)
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2)
}
