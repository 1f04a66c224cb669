import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

/**
 * Copies an inventory for a lab of its own: hosts with a loopback address at these sites get ports that are free now, so that it
 * runs beside another lab. `sites`: ids, or all.
 */
export async function copyForLab(from: string, to: string, sites: readonly string[] | 'all'): Promise<void> {
  cpSync(from, to, { recursive: true })
  const file = join(to, 'hosts.csv')
  const lines = await Promise.all(
    readFileSync(file, 'utf8')
      .split('\n')
      .map(async (line) => {
        const cells = line.split(',')
        const chosen = cells[2] === '127.0.0.1' && (sites === 'all' || sites.includes(cells[1] ?? ''))
        return chosen ? [...cells.slice(0, 3), await freePort(), ...cells.slice(4)].join(',') : line
      }),
  )
  writeFileSync(file, lines.join('\n'))
  const second = join(to, 'second-lines.yaml')
  if (existsSync(second)) writeFileSync(second, await withFreePorts(readFileSync(second, 'utf8')))
}

/** The second lines' loopback addresses with ports that are free now. */
async function withFreePorts(text: string): Promise<string> {
  const written = /(address: 127\.0\.0\.1, port: )\d+/g
  const ports = await Promise.all((text.match(written) ?? []).map(freePort))
  return text.replaceAll(written, (_, before: string) => `${before}${ports.shift()}`)
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
