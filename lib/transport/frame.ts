import { deflateRawSync } from 'node:zlib'
import type { Exchange } from './port.ts'
import { asciiJson, type Frame, type Op, type Sender } from './wire.ts'

/** Windows PowerShell 3.0 and 4.0 read no JSON text longer than this (JavaScriptSerializer.MaxJsonLength), characters. */
export const frameLimit = 2_097_152

/** A frame of this request, its operations numbered from `firstId`. */
export function frameOf(
  request: Exchange,
  frame: number,
  firstId: number,
  scripts: readonly string[],
  sender?: Sender,
): Frame {
  const ops = request.ops.map((op, index): Op => ({ id: firstId + index, ...op }))
  const texts = scripts.flatMap((hash) => {
    const text = request.scripts.get(hash)
    return text === undefined ? [] : [[hash, text] as const]
  })
  return {
    frame,
    ...(sender === undefined ? {} : { sender }),
    ...(texts.length > 0 ? { scripts: Object.fromEntries(texts) } : {}),
    ...(request.guards.length > 0 ? { guards: request.guards } : {}),
    ops,
  }
}

/** The line that carries a frame, deflated where that is shorter; 'too-large' when a host may not be able to read it. */
export function frameLine(frame: Frame): string | 'too-large' {
  const plain = asciiJson(frame)
  if (plain.length > frameLimit) return 'too-large'
  const deflated = `z${deflateRawSync(Buffer.from(plain, 'latin1'), { level: 9 }).toString('base64')}`
  return deflated.length < plain.length ? deflated : plain
}

/** Hashes of every script that a request names. */
export const scriptsNamed = (request: Exchange): readonly string[] => [
  ...new Set([
    ...request.guards.map((guard) => guard.script),
    ...request.ops.flatMap((op) => {
      if (op.op === 'ping') return []
      return op.op === 'apply' ? [op.script, ...op.steps.map((step) => step.script)] : [op.script]
    }),
  ]),
]
