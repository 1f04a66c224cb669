import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { delimiter, join } from 'node:path'
import { newKey } from '../../lib/transport/ssh/ssh.test-rig.ts'

/** A real OpenSSH server on 127.0.0.1 whose sessions find a `powershell.exe` that is real PowerShell. */
export type Sshd = {
  readonly port: number
  readonly account: string
  /** Private key file that may log in. */
  readonly key: string
  /** OpenSSH known_hosts file that pins its host key. */
  readonly knownHosts: string
  /** `%ProgramData%` of the sessions. */
  readonly programData: string
  readonly folder: string
  /** What sshd wrote to its log so far. */
  log(): string
  stop(): Promise<void>
}

/** The real PowerShell to test with: `CHANCERY_PWSH`, else `pwsh` on PATH. */
export function findPwsh(): string {
  const named = process.env['CHANCERY_PWSH']
  if (named !== undefined && named !== '') {
    if (!existsSync(named))
      throw new Error(
        `CHANCERY_PWSH: expected the path of a PowerShell, found nothing at ${named}. Correct or unset it.`,
      )
    return named
  }
  const found = onPath('pwsh')
  if (found === undefined)
    throw new Error(
      'No PowerShell: CHANCERY_PWSH is not set and there is no pwsh on PATH. Install PowerShell 7 or set CHANCERY_PWSH.',
    )
  return found
}

/** Path of sshd; installs Debian's openssh-server when it is missing and we may. */
export function findSshd(): string {
  const known = ['/usr/sbin/sshd', '/usr/local/sbin/sshd', onPath('sshd')].find(
    (path) => path !== undefined && existsSync(path),
  )
  if (known !== undefined) return known
  if (process.getuid?.() !== 0 || onPath('apt-get') === undefined)
    throw new Error(
      'No OpenSSH server: expected /usr/sbin/sshd. Install the package openssh-server (Debian, Ubuntu: apt-get install openssh-server).',
    )
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '-y', '--no-install-recommends', 'openssh-server']
  try {
    execFileSync('apt-get', install, { env, stdio: 'pipe' })
  } catch {
    execFileSync('apt-get', ['update'], { env, stdio: 'pipe' })
    execFileSync('apt-get', install, { env, stdio: 'pipe' })
  }
  return '/usr/sbin/sshd'
}

/** `settings`: lines of its configuration that go before ours. */
export async function startSshd(settings: readonly string[] = []): Promise<Sshd> {
  const sshd = findSshd()
  const folder = mkdtempSync(join(tmpdir(), 'chancery-sshd-'))
  const bin = join(folder, 'bin')
  const programData = join(folder, 'ProgramData')
  for (const path of [bin, programData]) mkdirSync(path)
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const host = newKey()
  const user = newKey()
  const at = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const wrapper = join(bin, 'powershell.exe')
  writeFileSync(wrapper, `#!/bin/sh\nexec '${findPwsh().replaceAll("'", `'\\''`)}' "$@"\n`)
  chmodSync(wrapper, 0o755)
  const port = await freePort()
  const account = userInfo().username
  const config = at(
    'sshd_config',
    [
      // sshd takes the first value of a setting.
      ...settings,
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${at('host_key', host.private)}`,
      `AuthorizedKeysFile ${at('authorized_keys', `${user.public}\n`)}`,
      `PidFile ${join(folder, 'pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      'PrintMotd no',
      `SetEnv PATH=${bin}${delimiter}${process.env['PATH'] ?? ''} ProgramData=${programData}`,
      '',
    ].join('\n'),
  )
  const child = spawn(sshd, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] })
  let log = ''
  child.stderr.on('data', (bytes: Buffer) => (log += bytes.toString()))
  await listening(child, port, () => log).catch((cause: unknown) => {
    rmSync(folder, { recursive: true, force: true })
    throw cause
  })
  return {
    port,
    account,
    key: at('key', user.private),
    knownHosts: at('known_hosts', `[127.0.0.1]:${port} ${host.public}\n`),
    programData,
    folder,
    log: () => log,
    async stop() {
      const ended = new Promise<void>((done) => child.once('exit', () => done()))
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function onPath(program: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path))
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address !== null
          ? resolve(address.port)
          : reject(new Error('no port')),
      )
    })
  })
}

/** sshd says "Server listening" on its log once it does. */
function listening(child: ChildProcess, port: number, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) =>
      reject(new Error(`sshd ended with code ${code} before it listened on ${port}:\n${log()}`)),
    )
    child.stderr?.on('data', () => {
      if (log().includes('Server listening')) resolve()
    })
  })
}
