import { asciiJson, type WireError } from '../transport/wire.ts'
import { fault } from './executor.ts'
import { dotnetError } from './world/dotnet-error.ts'
import type { FileFailure } from './world/file-nodes.ts'

/** What an act gets that another frame kept waiting for too long. */
export const busy = fault('Chancery.Busy', 'ResourceBusy', 'Another session is at work on this host')

/** The part of a reply that says that an operation failed: at which step, after which ones, and what the thing looks like then. */
export const failed = (
  error: WireError,
  step: string,
  ran: readonly string[],
  after: string,
  warnings: readonly string[],
): string =>
  `"ok":false,"why":"error","error":${asciiJson(error)},"step":${JSON.stringify(step)},"ran":${asciiJson(ran)},"after":${after},"warnings":${asciiJson(warnings)}`

/** The worker's own write to its store failed; a failed method call has the short name of its exception as id. */
export function cannotWrite(failure: FileFailure): WireError {
  const { type, message, hresult } = dotnetError(failure)
  return {
    message: `Exception calling "WriteAllText" with "3" argument(s): "${message}"`,
    fqid: type.slice(type.lastIndexOf('.') + 1),
    category: 'NotSpecified',
    type: 'System.Management.Automation.MethodInvocationException',
    hresult,
    stack: '',
  }
}
