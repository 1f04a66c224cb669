import { connect } from 'node:net'
import type { Clock } from '../domain/clock.ts'
import type { LineProbe } from '../domain/site.ts'

/** Tries a line: undefined = it carries, else what was seen. Never rejects. */
export type DialLine = (
  probe: Pick<LineProbe, 'address' | 'port' | 'expect' | 'timeoutMs'>,
  abort: AbortSignal,
) => Promise<string | undefined>

/** A TCP connection, and the first line of an SSH server where that is expected: a few hundred bytes on the line. */
export const dialLine =
  (clock: Clock): DialLine =>
  async ({ address, port, expect, timeoutMs }, abort) => {
    const socket = connect({ host: address, port, noDelay: true })
    const limit = new AbortController()
    const where = `${address}:${port}`
    const answered = new Promise<string | undefined>((resolve) => {
      let heard = ''
      socket.once('error', (cause) => resolve(`${where}: ${cause.message}`))
      socket.once('close', () => resolve(`${where}: closed without a word`))
      socket.once('connect', () => {
        if (expect === 'connect') resolve(undefined)
      })
      socket.on('data', (data: Buffer) => {
        heard += data.toString('latin1')
        if (heard.includes('SSH-')) resolve(undefined)
        else if (heard.length > 4_096) resolve(`${where}: speaks, but not SSH`)
      })
    })
    const late = clock
      .sleep(timeoutMs, AbortSignal.any([limit.signal, abort]))
      .then(() => `${where}: no answer in ${timeoutMs / 1000} s`)
    const result = await Promise.race([answered, late])
    limit.abort()
    socket.on('error', () => undefined)
    socket.destroy()
    return result
  }
