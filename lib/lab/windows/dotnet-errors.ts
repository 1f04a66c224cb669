import { Native } from '../../powershell/errors.ts'
import { dotnetError } from '../world/dotnet-error.ts'
import type { FileFailure } from '../world/file-nodes.ts'

/** Throws the .NET exception of a failed file operation, out of a static method. */
export function throwDotnet(failure: FileFailure): never {
  const { type, message } = dotnetError(failure)
  throw new Native(type, message)
}
