import { type Content, nothing, type Plan, refuse, step, steps } from '../../kind.ts'
import type { Found, Want } from './props.ts'

/** The content of a `source` whose file was read; undefined where it was not. */
export function placed({ source, sourceSha256, sourceSize }: Want): Content | undefined {
  if (source === undefined || sourceSha256 === undefined || sourceSize === undefined) return undefined
  return { source, sha256: sourceSha256, size: sourceSize }
}

/** Puts the delivered content at its path unless the bytes there are the wanted ones. */
export function placeWhole(want: Want, found: Found | null): Plan {
  const content = placed(want)
  if (content === undefined)
    return refuse(
      'source-unread',
      `${want.source} was not read, so it is not known what the file must be`,
      'Preview again; say which file this is if that does not help.',
    )
  const { sha256, size } = content
  if (found?.sha256 === sha256) return nothing(`the content is as wanted, ${size} bytes`)
  const because =
    found === null
      ? `absent: ${size} bytes wanted`
      : `content differs: ${size} bytes wanted, ${found.length} found`
  const changes = ['source', 'sourceSha256', 'sourceSize']
  const place = step(
    'place',
    { path: want.path, sha256, size },
    because,
    found === null ? ['path', ...changes] : changes,
  )
  return steps([{ ...place, limitMs: placeLimitMs(size) }], '')
}

/** A copy, and its SHA-256: at least two minutes, and 10 MB of it a second. */
const placeLimitMs = (size: number): number => 120_000 + Math.ceil(size / 10_000)
