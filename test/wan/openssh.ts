import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { Child } from './child.ts'
import type { Emulator } from './emulator.ts'
import { type Figures, figuresOf } from './figures.ts'
import { pathOfProgram } from './needs.ts'
import { line, twenty } from './twenty.ts'

/** The same twenty steps for a shell: each makes sure of its file and prints it. */
export const script = (folder: string): string =>
  [
    'set -eu',
    `mkdir -p ${folder}`,
    ...twenty.map(({ name, content }) => {
      const text = content.trimEnd()
      const file = `${folder}/${name}`
      return `[ "$(cat ${file} 2>/dev/null)" = '${text}' ] || printf '%s\\n' '${text}' > ${file}; cat ${file}`
    }),
    '',
  ].join('\n')

/** A person's own way: one `ssh` that pipes a script, key login, known host, Debian's defaults on both ends. */
export async function measureOpenSsh(
  emulator: Emulator,
  folder: string,
  keep: (child: Child) => void,
): Promise<Figures> {
  mkdirSync('/run/sshd', { recursive: true })
  const host = ssh2.utils.generateKeyPairSync('ed25519')
  const user = ssh2.utils.generateKeyPairSync('ed25519')
  const at = (name: string, text: string): string => {
    const path = join(folder, name)
    writeFileSync(path, text, { mode: 0o600 })
    return path
  }
  const config = at(
    'sshd_config',
    [
      'Port 22',
      `ListenAddress ${emulator.site}`,
      `HostKey ${at('sshd_host_key', host.private)}`,
      `AuthorizedKeysFile ${at('authorized_keys', `${user.public}\n`)}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'StrictModes no',
      'KbdInteractiveAuthentication no',
      'UsePAM yes',
      'X11Forwarding yes',
      'PrintMotd no',
      'AcceptEnv LANG LC_*',
      '',
    ].join('\n'),
  )
  const sshd = new Child('sshd', emulator.at('site', [pathOfProgram('sshd'), '-D', '-e', '-f', config]))
  keep(sshd)
  await sshd.says('Server listening')
  const known = at('ssh_known_hosts', `${emulator.site} ${host.public}\n`)
  const options = [
    ['IdentityFile', at('ssh_key', user.private)],
    ['IdentitiesOnly', 'yes'],
    ['UserKnownHostsFile', known],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['StrictHostKeyChecking', 'yes'],
    ['BatchMode', 'yes'],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`])
  const command = [pathOfProgram('ssh'), '-F', '/dev/null', ...options, `root@${emulator.site}`, 'sh', '-s']
  await emulator.reset()
  const ssh = new Child('ssh', emulator.at('home', command))
  keep(ssh)
  ssh.give(script(join(folder, 'files')))
  const printed = await ssh.rest()
  const code = await ssh.ended
  const wanted = twenty.map(({ content }) => content.trimEnd())
  if (code !== 0 || printed.join('\n') !== wanted.join('\n'))
    throw new Error(
      `ssh: expected the twenty files, got exit code ${code} and:\n${printed.join('\n')}\n${ssh.stderr}`,
    )
  const figures = figuresOf(await emulator.read(), line.rttMs)
  await sshd.stop()
  return figures
}
