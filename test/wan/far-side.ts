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
  await new Promise<void>((resolve) => input.once('close', resolve))
  await lab.close()
}

await main(JSON.parse(process.argv[2] ?? '{}') as FarSideOrder)
