import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { receiverPayload } from '../../lib/transport/delivery/payload.ts'
import { type DeliveryChannel, receiverCommand } from '../../lib/transport/delivery/wire.ts'
import { findPwsh } from './sshd.ts'

/** A host's disk and real PowerShell running the receiver on it, over pipes as sshd gives them. */
export type ReceiverHost = {
  readonly programData: string
  /** The store of contents on its disk. */
  readonly store: string
  /** A new receiver; its channel, and its process to kill. */
  start(): PipedReceiver
  /** Ends what still runs and deletes the disk. */
  stop(): Promise<void>
}

export type PipedReceiver = DeliveryChannel & {
  readonly process: ChildProcessWithoutNullStreams
  readonly ended: Promise<void>
  /** What it wrote on standard error. */
  errors(): string
}

/** `programData`: a folder that lies elsewhere (a small volume); it is left as it is. */
export function receiverHost(programData?: string): ReceiverHost {
  const folder = programData ?? mkdtempSync(join(tmpdir(), 'chancery-receiver-'))
  mkdirSync(folder, { recursive: true })
  const running = new Set<PipedReceiver>()
  return {
    programData: folder,
    store: join(folder, 'Chancery', 'content'),
    start() {
      const receiver = piped(folder)
      running.add(receiver)
      void receiver.ended.then(() => running.delete(receiver))
      return receiver
    },
    async stop() {
      for (const receiver of running) receiver.process.kill('SIGKILL')
      await Promise.all([...running].map((receiver) => receiver.ended))
      if (programData === undefined) rmSync(folder, { recursive: true, force: true })
    },
  }
}

function piped(programData: string): PipedReceiver {
  const [, ...args] = receiverCommand.split(' ')
  const child = spawn(findPwsh(), args, { env: { ...process.env, ProgramData: programData } })
  let errors = ''
  child.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString()))
  child.stdin.on('error', () => undefined)
  child.stdin.write(receiverPayload())
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return {
    process: child,
    ended,
    errors: () => errors,
    write: (bytes) =>
      new Promise((resolve, reject) =>
        child.stdin.write(bytes, (cause) => (cause ? reject(cause) : resolve())),
      ),
    lines: () => createInterface({ input: child.stdout }),
    async close() {
      child.stdin.end()
      await ended
    },
  }
}
