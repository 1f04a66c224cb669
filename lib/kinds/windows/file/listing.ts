import type { JsonObject } from '../../../domain/json.ts'
import type { Described, Listing } from '../../kind.ts'
import { contentLimit, type Found, type Want } from './props.ts'
import { type Encoding, encodings, fingerprint } from './text.ts'

/** Files that the person names, or the folders that they lie in. */
export const listing: Listing<Want, Found> = { when: 'below', more: ['content'], describe }

function describe(found: Found, { content }: JsonObject): Described<Want> {
  if (typeof content !== 'string') {
    return {
      refused: `it has ${found.length} bytes, and at most ${contentLimit} come along as text, a mebibyte in one listing`,
      fix: 'Name a smaller file by itself with --path; deliver a larger one as the source of a File.',
    }
  }
  const bytes = Uint8Array.from(atob(content), (c) => c.charCodeAt(0))
  for (const encoding of encodings) {
    const text = decode(bytes, encoding)
    if (text !== undefined && fingerprint(text, encoding).sha256 === found.sha256) {
      return { want: { path: found.path, content: text, encoding }, notes: [] }
    }
  }
  return {
    refused: 'it is no text in UTF-8 or UTF-16',
    fix: 'Deliver it as the source of a File instead.',
  }
}

/** Undefined where the bytes are no such text. A byte order mark is no part of it. */
function decode(bytes: Uint8Array, encoding: Encoding): string | undefined {
  try {
    return new TextDecoder(encoding === 'utf16le' ? 'utf-16le' : 'utf-8', {
      fatal: true,
      ignoreBOM: encoding === 'utf8' || encoding === 'ascii',
    }).decode(bytes)
  } catch {
    return undefined
  }
}
