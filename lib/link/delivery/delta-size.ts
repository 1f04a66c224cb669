import { open } from 'node:fs/promises'
import { ok, type Result } from '../../domain/result.ts'
import { chunksOf } from './chunks.ts'
import { DeltaMatcher } from './delta.ts'
import { Pages } from './pages.ts'
import { type Measured, type SourceFailure, SourceReader } from './source.ts'

/** Bytes of a chunk at most, and of the head before its body. */
const chunkBytes = 65_536
const headBytes = 260

/** What a content takes of a link as chunks against an older version that lies here, bytes; reads and encodes all of it. */
export async function deltaSize(
  content: Measured,
  base: { readonly sha: string; readonly path: string; readonly size: number },
): Promise<Result<number, SourceFailure>> {
  const opened = await SourceReader.open(content)
  if (!opened.ok) return opened
  const reader = opened.value
  try {
    await using file = await open(base.path, 'r')
    const matcher = await DeltaMatcher.of(new Pages(reader.descriptor, content.size), {
      sha: base.sha,
      pages: new Pages(file.fd, base.size),
    })
    const ranges = { size: content.size, read: (at: number, length: number) => reader.read(at, length) }
    let bytes = 0
    for await (const chunk of chunksOf(ranges, 0, matcher, chunkBytes)) {
      if (!chunk.ok) return chunk
      bytes += chunk.value.body.length + headBytes
    }
    return ok(bytes)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    return { ok: false, error: { kind: 'source-unreadable', path: base.path, detail } }
  } finally {
    await reader.close()
  }
}
