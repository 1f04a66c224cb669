import { inflateRawSync } from 'node:zlib'
import type { Frame, Op, WireError } from '../transport/wire.ts'

type ReadFrame = { readonly frame: Frame } | { readonly fault: WireError }

/** A line as the worker reads it: a frame, or what PowerShell says of a text that is none. */
export function readFrame(line: string): ReadFrame {
  try {
    const text = line.startsWith('z')
      ? inflateRawSync(Buffer.from(line.slice(1), 'base64')).toString('utf8')
      : line
    const frame = JSON.parse(text) as Frame
    return typeof frame.frame === 'number' && Array.isArray(frame.ops)
      ? { frame }
      : { fault: runtime('no frame') }
  } catch (cause) {
    return {
      fault: {
        ...runtime(String(cause)),
        fqid: 'System.ArgumentException,Microsoft.PowerShell.Commands.ConvertFromJsonCommand',
      },
    }
  }
}

/** Whether a frame changes anything on the host. */
export const acts = (frame: Frame): boolean =>
  frame.ops.some((op) => op.op === 'apply') || frame.sender?.over !== undefined

/** Hashes of the scripts that an operation runs. */
export const scriptsOf = (op: Op): readonly string[] =>
  op.op === 'ping' ? [] : op.op === 'observe' ? [op.script] : [op.script, ...op.steps.map((s) => s.script)]

/** `throw 'text'`: the text is the id. */
const runtime = (message: string): WireError => ({
  message,
  fqid: message,
  category: 'OperationStopped',
  type: 'System.Management.Automation.RuntimeException',
  hresult: -2146233087,
  stack: '',
})
