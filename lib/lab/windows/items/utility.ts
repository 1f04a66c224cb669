import { createHash } from 'node:crypto'
import type { PsValue } from '../../../powershell/values.ts'
import { TimeUp } from '../../executor.ts'
import { type FileFailure, sha256 } from '../../world/file-nodes.ts'
import type { Behaviour } from '../cmdlet.ts'
import { dotnetError } from '../../world/dotnet-error.ts'
import { date, itemsOf, numberOf, object, textOf } from '../values.ts'
import { targets } from './targets.ts'

/** Cmdlets of Microsoft.PowerShell.Utility that reach into the world. */

const getFileHash: Behaviour = {
  invoke: (call, world) => {
    const algorithm = (textOf(call.bound.get('Algorithm')) ?? 'SHA256').toUpperCase()
    for (const { path, node } of targets(call, world, 'ResolvePathCommand')) {
      const read = world.files.read(path)
      if (read.ok && node.kind === 'file')
        call.write(hashOf(path, algorithm, read.value, node.content.sha256))
      else {
        const failure: FileFailure = read.ok ? { why: 'denied', path } : read.error
        const { type, message } = dotnetError(failure)
        const denied = type === 'System.UnauthorizedAccessException'
        call.error({
          message: `The file '${path}' cannot be read: ${message}`,
          fqid: denied ? 'UnauthorizedAccessError,Get-FileHash' : 'FileReadError,Get-FileHash',
          category: denied ? 'PermissionDenied' : 'ReadError',
          type: 'System.Management.Automation.RuntimeException',
          target: path,
        })
      }
    }
  },
}

const hashOf = (path: string, algorithm: string, bytes: Uint8Array, known: string | undefined): PsValue =>
  object(['Microsoft.Powershell.Utility.FileHash'], {
    Algorithm: algorithm,
    Hash: (algorithm === 'SHA256'
      ? (known ?? sha256(bytes))
      : createHash(algorithm.toLowerCase()).update(bytes).digest('hex')
    ).toUpperCase(),
    Path: path,
  })

const startSleep: Behaviour = {
  invoke: (call, world) => {
    const seconds = numberOf(call.bound.get('Seconds'))
    const ms = seconds === undefined ? (numberOf(call.bound.get('Milliseconds')) ?? 0) : seconds * 1000
    if (!world.sleep(ms)) throw new TimeUp()
  },
}

/** Prints to the session's own output, between the worker's lines. */
const writeHost: Behaviour = {
  invoke: (call, world) => {
    const text = itemsOf(call.bound.get('Object'))
      .map((v) => textOf(v) ?? '')
      .join(textOf(call.bound.get('Separator')) ?? ' ')
    world.console.push(...text.split('\n'))
  },
}

/** The host's own clock; the lab's hosts keep UTC. */
const getDate: Behaviour = {
  invoke: (call, world) => call.write(date(world.now())),
}

export const utilityCmdlets: { readonly [name: string]: Behaviour } = {
  'Get-FileHash': getFileHash,
  'Start-Sleep': startSleep,
  'Write-Host': writeHost,
  'Get-Date': getDate,
}
