import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Probe } from '../../lib/cli/doctor/check.ts'
import { judge } from '../../lib/cli/doctor/judge.ts'
import { type DeepProbe, longestKept } from '../../lib/cli/doctor/deep/document.ts'
import { judgeDeep } from '../../lib/cli/doctor/deep/judge.ts'
import { deepScripts } from '../../lib/cli/doctor/deep/scripts.ts'
import type { JsonObject } from '../../lib/domain/json.ts'
import { ok } from '../../lib/domain/result.ts'
import { type LabBench, labBench } from './lab-bench.ts'

const doctor = join(import.meta.dirname, '../../lib/cli/doctor')
const nowhere: { readonly [script: string]: JsonObject } = {
  'no-such-file': { path: 'C:\\chancery-doctor-no-such-file' },
  'no-such-service': { name: 'chancery-doctor-no-such-service' },
  'no-such-machine': { id: '00000000-0000-4000-8000-000000000000' },
}
/** What a bench can't show: a session over SSH, and a PowerShell of its own. */
const elsewhere = new Set([
  'full-language',
  'stable-observation',
  'standard-input',
  'worker-memory',
  'command-line',
])

/** A host with something of everything that the doctor asks for; the session runs over a switch. */
function wholeHost(): LabBench {
  const bench = labBench('hyperv')
  const disk = 'C:\\VHDs\\fs1.vhdx'
  bench.world.files.makeFolder('C:\\VHDs')
  bench.prepare(`$null = New-VHD -Path '${disk}' -SizeBytes 10737418240 -Dynamic -ErrorAction Stop
$null = New-VMSwitch -Name 'lan' -SwitchType Private -ErrorAction Stop
$null = New-VMSwitch -Name 'wan' -NetAdapterName 'Ethernet' -AllowManagementOS $true -ErrorAction Stop
$null = New-VM -Name 'fs1' -VHDPath '${disk}' -SwitchName 'lan' -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop
$null = New-VM -Name 'fs2' -NoVHD -Generation 2 -MemoryStartupBytes 1073741824 -ErrorAction Stop
Start-VM -Name 'fs1' -ErrorAction Stop
$null = Install-WindowsFeature -Name 'Failover-Clustering' -ErrorAction Stop
Set-Service -Name 'wuauserv' -StartupType Automatic -ErrorAction Stop
Set-ItemProperty -LiteralPath 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\wuauserv' -Name 'DelayedAutostart' -Value 1 -Type DWord -ErrorAction Stop`)
  bench.world.hyperv.checkpoint(bench.world.hyperv.machines[0]!, 'before')
  const owned = 'C:\\ProgramData\\Chancery\\owned'
  bench.world.files.makeFolder(owned)
  for (const name of ['b.json', 'a.json', 'a.json.4711', 'note.txt'])
    bench.world.files.write(`${owned}\\${name}`, `{"of":"${name}"}`)
  return bench
}

const cli = join(import.meta.dirname, '../../lib/cli')
const recorded = join(import.meta.dirname, 'mutation-doctor.json')

/** What a script prints of the whole host, as an administrator and as nobody, or the id of its error; what is long by its length and hash. */
export function answerOf(file: string, text: string): string {
  const answer = (['full', 'denied'] as const).map((rights) => answerUnder(rights, file, text)).join('\n')
  if (answer.length < 2000) return answer
  return `${answer.length} characters, ${createHash('sha256').update(answer).digest('hex')}`
}

function answerUnder(rights: 'full' | 'denied', file: string, text: string): string {
  const bench = wholeHost()
  bench.world.rights = rights
  const { out, fault } = bench.execute(text, nowhere[nameOf(file)] ?? {})
  const restarts = bench.world.restartIn === undefined ? [] : [`restarts in ${bench.world.restartIn} s`]
  return [...(fault === undefined ? out : [`error ${fault.fqid}`]), ...restarts].join('\n')
}

/** The scripts of the command line's own, and what each is known to print of the whole host. */
export const cliScripts = (): readonly string[] =>
  ['doctor', 'doctor/deep', 'host'].flatMap((folder) =>
    readdirSync(join(cli, folder))
      .filter((file) => file.endsWith('.ps1'))
      .map((file) => `lib/cli/${folder}/${file}`),
  )
export const knownAnswers = (): { readonly [file: string]: string } =>
  JSON.parse(readFileSync(recorded, 'utf8')) as { readonly [file: string]: string }

/** Records what the scripts print now. */
export function recordAnswers(): void {
  const answers = cliScripts().map((file) => [
    file,
    answerOf(file, readFileSync(join(cli, '../..', file), 'utf8')),
  ])
  writeFileSync(recorded, `${JSON.stringify(Object.fromEntries(answers), null, 2)}\n`)
}

const nameOf = (file: string): string => file.split('/').at(-1)?.slice(0, -4) ?? ''

/** What the doctor finds wrong with a host of the lab when one of its scripts has this text. */
export function doctorComplaints(file: string, text: string): readonly string[] {
  const [known, answer] = [knownAnswers()[file], answerOf(file, text)]
  const name = nameOf(file)
  return [
    ...(known === answer ? [] : [`expected ${known}, got ${answer}`]),
    ...(file.includes('/deep/') ? askedDeep(wholeHost(), name, text) : asked(wholeHost(), name, text)),
  ]
}

function askedDeep(bench: LabBench, name: string, text: string): readonly string[] {
  const probes = Object.fromEntries(
    deepScripts().map((one): [string, DeepProbe] => {
      const { out, fault, warnings } = bench.execute(one.name === name ? text : one.text, {})
      const whole = out[0] === undefined ? null : (JSON.parse(out[0]) as JsonObject)
      const characters = JSON.stringify(whole).length
      const seen = characters > longestKept ? { characters } : whole
      const error =
        fault === undefined
          ? null
          : {
              message: fault.message,
              fqid: fault.fqid,
              category: fault.category,
              type: fault.type,
              hresult: fault.hresult,
            }
      return [one.name, { seen, error, warnings: [...warnings], ms: null }]
    }),
  )
  return judgeDeep({
    schema: 'chancery.doctor.deep',
    version: 1,
    via: 'ssh',
    host: 'hv1',
    takenAt: '2026-11-24T00:00:00.000Z',
    powershell: '5.1.20348.2849',
    session: null,
    probes,
  })
    .filter(
      ({ id, verdict, found }) =>
        verdict !== 'held' && !elsewhere.has(id) && !/^it needs|^only a session/.test(found),
    )
    .map(({ id, verdict, found }) => `${id}: ${verdict}: ${found}`)
}

function asked(bench: LabBench, name: string, text: string): readonly string[] {
  const scripts = readdirSync(doctor).filter((f) => f.endsWith('.ps1'))
  const probes = Object.fromEntries(
    scripts.map((file): [string, Probe] => {
      const script = file.slice(0, -4)
      const { out, fault } = bench.execute(
        script === name ? text : readFileSync(join(doctor, file), 'utf8'),
        nowhere[script] ?? {},
      )
      if (fault !== undefined) return [script, { state: 'error', fqid: fault.fqid, message: fault.message }]
      return [
        script,
        { state: 'seen', seen: out[0] === undefined ? null : (JSON.parse(out[0]) as JsonObject) },
      ]
    }),
  )
  const checks = judge({
    host: 'hv1',
    from: 'ministry file:///state',
    account: 'chancery',
    declaredRttMs: 600,
    exchange: ok({
      probes,
      powershell: '5.1.20348.2849',
      rttMs: 600,
      askedAt: Date.UTC(2026, 10, 24),
      managed: null,
      noise: [],
    }),
  })
  return checks.filter(({ verdict }) => verdict !== 'ok').map((c) => `${c.name}: ${c.found}`)
}
