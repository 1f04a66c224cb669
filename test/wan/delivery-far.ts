import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { findPwsh } from '../powershell/sshd.ts'
import { Child } from './child.ts'
import type { Emulator } from './emulator.ts'
import { pathOfProgram } from './needs.ts'

/** A real OpenSSH server at the far end: its `powershell.exe` is real PowerShell, which runs our worker and our receiver; scp and rsync use it too. */
export type FarSide = {
  readonly address: string
  readonly port: number
  readonly account: string
  /** Private key file, and known_hosts file, for our transport and for `ssh`. */
  readonly key: string
  readonly knownHosts: string
  /** Content store of the host, and a folder for what scp and rsync bring. */
  readonly store: string
  readonly files: string
  /** `ssh` with its options, as scp and rsync take it. */
  readonly sshOptions: readonly string[]
  stop(): Promise<void>
}

export async function startFarSide(
  emulator: Emulator,
  folder: string,
  keep: (child: Child) => void,
): Promise<FarSide> {
  mkdirSync('/run/sshd', { recursive: true })
  const host = ssh2.utils.generateKeyPairSync('ed25519')
  const user = ssh2.utils.generateKeyPairSync('ed25519')
  const at = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const bin = join(folder, 'bin')
  const programData = join(folder, 'ProgramData')
  const files = join(folder, 'files')
  for (const path of [bin, programData, files]) mkdirSync(path)
  const wrapper = join(bin, 'powershell.exe')
  writeFileSync(wrapper, `#!/bin/sh\nexec '${findPwsh()}' "$@"\n`)
  chmodSync(wrapper, 0o755)
  const port = 2224
  const config = at(
    'sshd_config',
    [
      `Port ${port}`,
      `ListenAddress ${emulator.site}`,
      `HostKey ${at('host_key', host.private)}`,
      `AuthorizedKeysFile ${at('authorized_keys', `${user.public}\n`)}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin prohibit-password',
      'PrintMotd no',
      `Subsystem sftp ${sftpServer()}`,
      `SetEnv PATH=${bin}:${process.env['PATH'] ?? ''} ProgramData=${programData}`,
      '',
    ].join('\n'),
  )
  const sshd = new Child('sshd', emulator.at('site', [pathOfProgram('sshd'), '-D', '-e', '-f', config]))
  keep(sshd)
  await sshd.says('Server listening')
  const key = at('key', user.private)
  const knownHosts = at('known_hosts', `[${emulator.site}]:${port} ${host.public}\n`)
  const sshOptions = [
    ['Port', String(port)],
    ['IdentityFile', key],
    ['IdentitiesOnly', 'yes'],
    ['UserKnownHostsFile', knownHosts],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['BatchMode', 'yes'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`])
  return {
    address: emulator.site,
    port,
    account: 'root',
    key,
    knownHosts,
    store: join(programData, 'Chancery', 'content'),
    files,
    sshOptions,
    stop: () => sshd.stop(),
  }
}

const sftpServer = (): string =>
  ['/usr/lib/openssh/sftp-server', '/usr/libexec/openssh/sftp-server'].find((path) => existsSync(path)) ??
  'internal-sftp'
