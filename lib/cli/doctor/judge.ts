import { describeFailure, type Failure } from '../../domain/failure.ts'
import type { Json } from '../../domain/json.ts'
import { bytes, duration } from '../view/units.ts'
import type { Check, Findings, Probe, Session, Verdict } from './check.ts'

/** What each check says of a host. Pure; the order is that in which a person repairs. */
export function judge(findings: Findings): readonly Check[] {
  if (findings.missingKey !== undefined)
    return [
      check(
        'key file',
        'fail',
        `${findings.missingKey} does not exist`,
        'Create it, or name another in hosts.csv. The lab makes its own: chancery lab up',
      ),
    ]
  if (!findings.exchange.ok) return broken(findings.exchange.error)
  const session = findings.exchange.value
  return [
    check('connection', 'ok', 'the port answers'),
    check('host key', 'ok', 'the pinned one'),
    check('login', 'ok', `${findings.account} is let in`),
    check('worker', 'ok', 'it started, and its standard input is its own'),
    roundTrip(session.rttMs, findings.declaredRttMs),
    powershell(session.powershell),
    clock(session),
    managedFrom(session.managed, findings.from),
    ...(findings.leases === undefined ? [] : [leases(session.managed, findings.from, findings.leases)]),
    rights(session.probes['rights']),
    disk(session.probes['disk']),
    adapter(session.probes['session']),
    serverManager(session.probes['feature']),
    hyperv(session.probes['feature'], session.probes['hyperv']),
    notFound('a missing file', session.probes['no-such-file'], 'PathNotFound,'),
    notFound('a missing service', session.probes['no-such-service'], 'NoServiceFoundForGivenName,'),
    ...(missing(session.probes['no-such-machine'])
      ? []
      : [notFound('a missing machine', session.probes['no-such-machine'], 'InvalidParameter,')]),
    ...(session.noise.length === 0
      ? []
      : [
          check(
            'stray output',
            'warn',
            `${session.noise.length} lines that are not ours, first: ${session.noise[0]!.slice(0, 80)}`,
            'It does no harm, but costs bytes on the link: remove it from the profile or the banner.',
          ),
        ]),
  ]
}

/** The worst verdict of a host. */
export const worst = (checks: readonly Check[]): Verdict =>
  checks.some(({ verdict }) => verdict === 'fail')
    ? 'fail'
    : checks.some(({ verdict }) => verdict === 'warn')
      ? 'warn'
      : 'ok'

const check = (name: string, verdict: Verdict, found: string, fix = ''): Check => ({
  name,
  verdict,
  found,
  fix,
})

/** No session: the stages that were passed, and the one that failed. */
function broken(failure: Failure): readonly Check[] {
  const failed = (name: string, fix: string): Check => check(name, 'fail', describeFailure(failure), fix)
  const passed = (name: string, found: string): Check => check(name, 'ok', found)
  switch (failure.kind) {
    case 'host-key':
      return [
        passed('connection', 'the port answers'),
        failed('host key', 'Compare the fingerprint on the console of the host; then: chancery trust <site>'),
      ]
    case 'login':
      return [
        passed('connection', 'the port answers'),
        passed('host key', 'the pinned one'),
        failed(
          'login',
          'Put the public key into %ProgramData%\\ssh\\administrators_authorized_keys, readable by SYSTEM and Administrators only.',
        ),
      ]
    case 'unreachable':
      return [
        failed(
          'connection',
          'Is the link up, the host on, the service sshd running, and port 22 open in its firewall?',
        ),
      ]
    case 'leases':
      return [failed('link', '')]
    case 'off-limits':
      return [failed('connection', 'Correct the address in the inventory.')]
    default:
      return [
        passed('connection', 'the port answers'),
        failed(
          'worker',
          'Does powershell.exe start for this account, and print nothing on its own? Look at the shell that sshd starts (HKLM\\SOFTWARE\\OpenSSH).',
        ),
      ]
  }
}

function roundTrip(measured: number, declared: number): Check {
  const found = `${duration(measured)}, ${duration(declared)} declared`
  return measured <= declared * 1.5 + 50
    ? check('round trip', 'ok', found)
    : check(
        'round trip',
        'warn',
        found,
        'Estimates of time will be too low: correct rtt_ms of the site, or look at the link.',
      )
}

function managedFrom(managed: Session['managed'], from: string): Check {
  const name = 'managed from'
  if (managed === null) return check(name, 'ok', 'nowhere yet')
  const { since, by, because } = managed
  const words = [
    managed.from ?? 'its record can’t be read',
    ...(since === undefined ? [] : [`since ${since}`]),
    ...(by === undefined ? [] : [`last by ${by}`]),
    ...((because ?? null) === null ? [] : [`taken over: ${because}`]),
  ].join(', ')
  return managed.from === from
    ? check(name, 'ok', words)
    : check(
        name,
        'fail',
        words,
        'It refuses whatever is done from here. If it is to be managed from here: chancery takeover <site> --reason <why>.',
      )
}

/** Whether everybody who manages the host keeps leases of its link in the same place: tokens of another store show who does not. */
function leases(
  managed: Session['managed'],
  from: string,
  { where, store }: NonNullable<Findings['leases']>,
): Check {
  const name = 'leases'
  const strange = Object.keys(managed?.tokens ?? {}).filter((other) => other !== store)
  if (managed?.from !== from || strange.length === 0) return check(name, 'ok', where)
  return check(
    name,
    'warn',
    `${where}; the host was also managed under leases of ${strange.length === 1 ? 'another store' : `${strange.length} other stores`}`,
    'Who keeps them elsewhere, another machine or a checkout without the same "leases" in organisation.yaml, may use the link at the same time: name one database everywhere. If it is no more: chancery takeover <site> --reason <why>.',
  )
}

function powershell(version: string | undefined): Check {
  if (version === undefined) return unasked('PowerShell', undefined)
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 1)
    ? check('PowerShell', 'ok', version)
    : check('PowerShell', 'fail', `${version}, 5.1 needed`, 'Install Windows Management Framework 5.1.')
}

/** Windows' own limit for Kerberos is five minutes. */
const clockLimitMs = 300_000

function clock({ probes, askedAt }: Session): Check {
  const time = text(probes['clock'], 'time')
  const at = time === undefined ? Number.NaN : Date.parse(time)
  if (Number.isNaN(at)) return unasked('clock', probes['clock'])
  const skew = at - askedAt
  const found = `${duration(Math.abs(skew))} ${skew < 0 ? 'behind' : 'ahead of'} ours`
  if (Math.abs(skew) <= 5_000) return check('clock', 'ok', found)
  const verdict = Math.abs(skew) <= clockLimitMs ? 'warn' : 'fail'
  return check(
    'clock',
    verdict,
    found,
    'Set the time source: w32tm /query /status, then w32tm /resync. Windows and logs rest on it.',
  )
}

function rights(probe: Probe | undefined): Check {
  const administrator = value(probe, 'administrator')
  const account = text(probe, 'account') ?? 'the account'
  if (typeof administrator !== 'boolean') return unasked('rights', probe)
  return administrator
    ? check('rights', 'ok', `${account} is an administrator`)
    : check('rights', 'fail', `${account} is no administrator`, 'Add it to the local group Administrators.')
}

function disk(probe: Probe | undefined): Check {
  const free = number(probe, 'free')
  const size = number(probe, 'size')
  if (free === undefined || size === undefined) return unasked('disk', probe)
  const found = `${bytes(free)} of ${bytes(size)} free on ${text(probe, 'drive') ?? 'the system drive'}`
  if (free >= 10 * 1024 ** 3) return check('disk', 'ok', found)
  return check(
    'disk',
    free < 1024 ** 3 ? 'fail' : 'warn',
    found,
    'Make room: deliveries and updates need some GB.',
  )
}

function adapter(probe: Probe | undefined): Check {
  const name = 'session'
  if (probe?.state === 'seen' && probe.seen === null)
    return check(
      name,
      'fail',
      '$env:SSH_CONNECTION is not set',
      'Without it no rule can tell which adapter carries the session. Use the OpenSSH server of Windows.',
    )
  const found = text(probe, 'adapter')
  return found === undefined
    ? unasked(name, probe)
    : check(name, 'ok', `over the adapter ${found}, ${text(probe, 'address') ?? ''}`)
}

function serverManager(probe: Probe | undefined): Check {
  if (missing(probe))
    return check(
      'ServerManager',
      'fail',
      'Get-WindowsFeature is missing',
      'This is no Windows Server; the kind windows/feature needs one.',
    )
  return text(probe, 'installState') === undefined
    ? unasked('ServerManager', probe)
    : check('ServerManager', 'ok', 'Get-WindowsFeature answers')
}

function hyperv(feature: Probe | undefined, probe: Probe | undefined): Check {
  const state = text(feature, 'installState')
  if (probe?.state === 'seen') return check('Hyper-V', 'ok', 'Get-VMHost answers')
  if (state === 'InstallPending')
    return check('Hyper-V', 'warn', 'installed, waits for a restart', 'chancery restart <site>')
  if (missing(probe))
    return check(
      'Hyper-V',
      'warn',
      `not there${state === undefined ? '' : ` (${state})`}`,
      'The kinds hyperv/* wait until the feature is installed: declare a Feature, or leave them out.',
    )
  return unasked('Hyper-V', probe)
}

/** Our scripts tell "absent" from "broken" by the error's id. */
function notFound(what: string, probe: Probe | undefined, id: string): Check {
  if (probe?.state === 'error' && probe.fqid.startsWith(id)) return check(what, 'ok', `told as ${probe.fqid}`)
  return check(
    what,
    'fail',
    describe(probe),
    `Expected an error ${id}*. The observations of this kind would be wrong here: report what was found.`,
  )
}

const missing = (probe: Probe | undefined): boolean =>
  probe?.state === 'error' && probe.fqid.startsWith('CommandNotFoundException')

/** What can't be asked is not known to be good. */
const unasked = (name: string, probe: Probe | undefined): Check =>
  check(name, 'fail', describe(probe), 'The host could not be asked: see the error.')

const describe = (probe: Probe | undefined): string =>
  probe === undefined || probe.state === 'silent'
    ? 'no answer'
    : probe.state === 'error'
      ? `${probe.message} (${probe.fqid})`
      : JSON.stringify(probe.seen)

const value = (probe: Probe | undefined, key: string): Json | undefined =>
  probe?.state === 'seen' && probe.seen !== null ? probe.seen[key] : undefined

const text = (probe: Probe | undefined, key: string): string | undefined => {
  const found = value(probe, key)
  return typeof found === 'string' ? found : undefined
}

const number = (probe: Probe | undefined, key: string): number | undefined => {
  const found = value(probe, key)
  return typeof found === 'number' ? found : undefined
}
