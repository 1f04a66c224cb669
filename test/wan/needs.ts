import { execFileSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

type Program = { readonly name: string; readonly debian: string }

/** Programs of the emulator, and the Debian package of each. */
export const ofEmulator: readonly Program[] = [
  { name: 'python3', debian: 'python3-minimal' },
  { name: 'ip', debian: 'iproute2' },
]

/** Programs that the benchmarks run. */
const programs: readonly Program[] = [
  ...ofEmulator,
  { name: 'ssh', debian: 'openssh-client' },
  { name: 'sshd', debian: 'openssh-server' },
]

const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
const isThere = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)))

/** Path of a program that `missingNeeds` found. */
export const pathOfProgram = (name: string): string =>
  folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name

/** What a benchmark needs, and is missing. */
export const missingNeeds = (say: (text: string) => void, more: readonly Program[] = []): readonly string[] =>
  missingOf([...programs, ...more], say)

/** What is missing of an emulator with these programs and can't be installed here, in sentences; packages that can be are installed. `say` hears what is done. */
export function missingOf(needed: readonly Program[], say: (text: string) => void): readonly string[] {
  if (process.platform !== 'linux')
    return [`Linux: network namespaces and TUN devices; this is ${process.platform}.`]
  if (process.getuid?.() !== 0)
    return [
      'root: to make network namespaces and TUN devices. Run it in a container or virtual machine as root.',
    ]
  const complaints: string[] = []
  if (!isUsable('/dev/net/tun'))
    complaints.push(
      '/dev/net/tun, readable and writable: modprobe tun; in a container, start it with --device /dev/net/tun --cap-add NET_ADMIN --cap-add SYS_ADMIN.',
    )
  const absent = needed.filter(({ name }) => !isThere(name))
  if (absent.length > 0 && isThere('apt-get')) {
    const packages = absent.map(({ debian }) => debian)
    say(`installing ${packages.join(', ')} …`)
    install(packages)
  }
  for (const { name, debian } of needed.filter((program) => !isThere(program.name)))
    complaints.push(`${name}: package ${debian} on Debian and Ubuntu.`)
  return complaints
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function install(packages: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...args: readonly string[]): void => void execFileSync('apt-get', args, { env, stdio: 'pipe' })
  const now = (): void => apt('install', '-y', '--no-install-recommends', ...packages)
  try {
    now()
  } catch {
    try {
      apt('update')
      now()
    } catch {
      // What is still missing is told by the caller, by name.
    }
  }
}
