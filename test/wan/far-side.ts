import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { startLab } from '../../lib/lab/index.ts'

/** What `far-side.ts` is told, as JSON in its only argument. */
export type FarSideOrder = {
  readonly address: string
  readonly account: string
  /** OpenSSH public line of the key that may log in. */
  readonly authorizedKey: string
  readonly hosts: readonly { readonly id: string; readonly port: number }[]
}

/** The line that it prints once its hosts listen: their public keys by host. */
export type FarSideReady = { readonly hostKeys: { readonly [host: string]: string } }

/** What it prints for a line that names a file of its first host: its content's SHA-256; null = there is none. */
export type FarSideFile = { readonly sha256: string | null }

/** Runs bare lab hosts at the far end of the line, without delay of their own, until standard input ends. */
async function main(order: FarSideOrder): Promise<void> {
  const { address, account, authorizedKey, hosts } = order
  const lab = await startLab({
    hosts: hosts.map(({ id, port }) => ({
      id,
      port,
      listenOn: address,
      site: 'bench',
      account,
      authorizedKey,
      image: 'bare',
    })),
    links: [],
  })
  const ready: FarSideReady = {
    hostKeys: Object.fromEntries(lab.hosts.map(({ id, hostKey }) => [id, hostKey])),
  }
  process.stdout.write(`${JSON.stringify(ready)}\n`)
  const input = createInterface({ input: process.stdin })
  input.on('line', (path) => {
    const file = lab.host(hosts[0]!.id).world.files.read(path)
    const sha256 = file.ok ? createHash('sha256').update(file.value).digest('hex') : null
    process.stdout.write(`${JSON.stringify({ sha256 } satisfies FarSideFile)}\n`)
  })
  await new Promise<void>((resolve) => input.once('close', resolve))
  await lab.close()
}

await main(JSON.parse(process.argv[2] ?? '{}') as FarSideOrder)
