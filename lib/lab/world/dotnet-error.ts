import type { FileFailure } from './file-nodes.ts'

/** Type and message with which .NET Framework reports a failed file operation. */
export function dotnetError(failure: FileFailure): {
  readonly type: string
  readonly message: string
  readonly hresult: number
} {
  const { path } = failure
  switch (failure.why) {
    case 'no-file':
      return {
        type: 'System.IO.FileNotFoundException',
        message: `Could not find file '${path}'.`,
        hresult: -2147024894,
      }
    case 'no-folder':
    case 'no-drive':
      return {
        type: 'System.IO.DirectoryNotFoundException',
        message: `Could not find a part of the path '${path}'.`,
        hresult: -2147024893,
      }
    case 'exists':
      return {
        type: 'System.IO.IOException',
        message: 'Cannot create a file when that file already exists.\r\n',
        hresult: -2147024713,
      }
    case 'full':
      return {
        type: 'System.IO.IOException',
        message: 'There is not enough space on the disk.\r\n',
        hresult: -2147024784,
      }
    case 'in-use':
      return {
        type: 'System.IO.IOException',
        message: `The process cannot access the file '${path}' because it is being used by another process.`,
        hresult: -2147024864,
      }
    case 'not-empty':
      return {
        type: 'System.IO.IOException',
        message: 'The directory is not empty.\r\n',
        hresult: -2147024751,
      }
    case 'is-folder':
    case 'denied':
    case 'read-only':
      return {
        type: 'System.UnauthorizedAccessException',
        message: `Access to the path '${path}' is denied.`,
        hresult: -2147024891,
      }
  }
}
