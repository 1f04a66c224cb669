import type { Described, Listing } from '../../kind.ts'
import type { Found, Want } from './props.ts'

const GiB = 1_073_741_824
const MiB = 1_048_576

/** Disks of the machines of the host, and those in its folder for disks. */
export const listing: Listing<Want, Found> = { when: 'always', describe }

function describe(found: Found): Described<Want> {
  if (!/\.vhdx$/i.test(found.path)) {
    return { refused: 'it is no .vhdx file', fix: 'Convert it (Convert-VHD), or leave it undeclared.' }
  }
  if (found.sizeBytes % GiB !== 0) {
    return {
      refused: `its size is ${found.sizeBytes} bytes, no whole number of GiB`,
      fix: `Grow it to ${Math.ceil(found.sizeBytes / GiB)} GiB (Resize-VHD), or leave it undeclared.`,
    }
  }
  const block = found.blockSizeBytes / MiB
  return {
    want: {
      path: found.path,
      sizeGB: found.sizeBytes / GiB,
      ...(found.type === 'Fixed' ? { type: 'fixed' as const } : {}),
      ...(found.type === 'Dynamic' && block !== 32 && Number.isInteger(block) ? { blockSizeMB: block } : {}),
    },
    notes:
      found.type === 'Differencing' ? ['differencing: the disk that it is based on is left as it is'] : [],
  }
}
