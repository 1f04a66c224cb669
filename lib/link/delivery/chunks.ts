import { ok, type Result } from '../../domain/result.ts'
import { bodyOf, type Chunk, pack, type Steps, sumOf } from './chunk.ts'
import type { SourceFailure } from './source.ts'
import { StepCursor } from './step-cursor.ts'
import { type Matcher, StepList } from './steps.ts'

/** Bytes that are looked at together: a chunk yields no more, and copies nothing that begins later than the range before. */
const rangeBytes = 1_048_576

/** Ranges of a content. */
export type Ranges = {
  readonly size: number
  read(at: number, length: number): Promise<Result<Buffer, SourceFailure>>
}

/**
 * A content from `at` on as chunks, each of at most `chunkBytes` on the link, encoded against a base or, without one, as it is.
 * Each stands alone: whoever goes on later may begin at any chunk's end, with another base, another limit, or none. Ends at the first
 * range that can't be read, with that failure.
 */
export async function* chunksOf(
  content: Ranges,
  at: number,
  matcher: Matcher | undefined,
  chunkBytes: number,
): AsyncGenerator<Result<Chunk, SourceFailure>> {
  // How much of a body fills a chunk once deflated: learnt from the chunk before.
  let ratio = 1
  for (let start = at; start < content.size;) {
    const read = await content.read(start, Math.min(rangeBytes, content.size - start))
    if (!read.ok) return yield read
    const range = read.value
    const cursor = new StepCursor(
      matcher === undefined ? literally(range) : await matcher.steps(range, start),
    )
    for (let offset = 0; !cursor.done;) {
      const cut = await fill(cursor, range.subarray(offset), chunkBytes, ratio)
      ratio = Math.min(16, Math.max(1, cut.ratio))
      yield ok({
        at: start + offset,
        size: cut.size,
        sum: sumOf(range.subarray(offset, offset + cut.size)),
        z: cut.z,
        body: cut.body,
        base: cut.copies ? matcher?.base : undefined,
      })
      offset += cut.size
    }
    start += range.length
  }
}

type Cut = {
  readonly size: number
  readonly z: boolean
  readonly body: Uint8Array
  readonly ratio: number
  readonly copies: boolean
}

/** As many steps as fit a chunk; fewer again when they deflate worse than thought. */
async function fill(cursor: StepCursor, bytes: Buffer, chunkBytes: number, ratio: number): Promise<Cut> {
  const mark = cursor.mark
  for (let limit = Math.floor(chunkBytes * ratio); ;) {
    const { steps, size } = cursor.take(limit)
    const raw = bodyOf(steps, 0, steps.count, bytes)
    const packed = await pack(raw)
    if (packed.body.length <= chunkBytes || limit <= 256)
      return { size, ...packed, ratio: (raw.length / packed.body.length) * 0.95, copies: copies(steps) }
    cursor.back(mark)
    limit = Math.max(256, Math.floor(((limit * chunkBytes) / packed.body.length) * 0.95))
  }
}

const copies = (steps: Steps): boolean => steps.copy.subarray(0, steps.count).some((length) => length > 0)

function literally(range: Buffer): Steps {
  const list = new StepList()
  return list.finish(range.length)
}
