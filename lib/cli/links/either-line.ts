import type { Failure } from '../../domain/failure.ts'
import type { Result } from '../../domain/result.ts'
import type { BesideOrder, BulkPort, ByteChannel } from '../../transport/delivery/bulk-port.ts'
import type { Answer, Exchange, HostPort } from '../../transport/port.ts'
import type { Reply } from '../../transport/wire.ts'

/** What decides which of two lines carries. */
export type Lines = {
  line(): 'primary' | 'backup'
  /** Resolves once it is sure. */
  decide(abort?: AbortSignal): Promise<'primary' | 'backup'>
}

/**
 * A host of a site with two lines: what could not be sent is sent again once the other line is known to carry. What may have been
 * sent is not: its outcome is resolved by looking, over whichever line carries then.
 */
export function overEitherLine(port: HostPort, lines: Lines): HostPort {
  return {
    host: port.host,
    get hello() {
      return port.hello
    },
    get counters() {
      return port.counters
    },
    close: () => port.close(),
    exchange: async (
      request: Exchange,
      onReply?: (index: number, reply: Reply) => void,
      abort?: AbortSignal,
    ): Promise<Result<Answer, Failure>> => {
      const before = lines.line()
      const first = await port.exchange(request, onReply, abort)
      if (first.ok || first.error.kind !== 'unreachable' || abort?.aborted) return first
      const after = await lines.decide(abort)
      return after === before || abort?.aborted ? first : port.exchange(request, onReply, abort)
    },
  }
}

/**
 * The same of the channels that files cross by: one that could not be opened is opened over the other line. One that was cut is not:
 * whoever sends goes on from the last chunk that the host has, with another channel.
 */
export const bulkOverEitherLine = (port: BulkPort, lines: Lines): BulkPort => ({
  host: port.host,
  beside: async (order: BesideOrder, abort?: AbortSignal): Promise<Result<ByteChannel, Failure>> => {
    const before = lines.line()
    const first = await port.beside(order, abort)
    if (first.ok || first.error.kind !== 'unreachable' || abort?.aborted) return first
    const after = await lines.decide(abort)
    return after === before || abort?.aborted ? first : port.beside(order, abort)
  },
})
