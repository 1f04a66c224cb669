import { createExecutor } from '../../lib/lab/windows/executor.ts'
import { createHash } from 'node:crypto'
import type { LabHost } from '../../lib/lab/index.ts'

const executorOf = await createExecutor()

/** Runs commands on a lab host as a person at its console does. Throws on their error. */
export function runOnHost(host: Pick<LabHost, 'world'>, text: string): void {
  const script = `param($Params)\n${text}\n`
  const hash = createHash('sha256').update(script).digest('hex')
  const { fault } = executorOf(host.world).run(hash, script, {}, 600_000)
  if (fault !== undefined) throw new Error(`${fault.fqid}: ${fault.message}`)
}
