import type { Json } from '../../../domain/json.ts'
import type { DeepDocument, DeepProbe } from './document.ts'

/** `held`: the host does as assumed. `not testable here`: it can't be told on this host, or in this way. */
export type Held = 'held' | 'not held' | 'not testable here'

export type Facts = {
  readonly document: DeepDocument
  readonly probe: (name: string) => DeepProbe | undefined
}

export type Judged = { readonly verdict: Held; readonly found: string }

/** Something that scripts, plans or the lab take for granted of Windows. */
export type Assumption = {
  readonly id: string
  readonly assumed: string
  readonly restsOn: readonly string[]
  readonly change: string
  readonly judge: (facts: Facts) => Judged
}

const held = (found: string): Judged => ({ verdict: 'held', found })
const not = (found: string): Judged => ({ verdict: 'not held', found })
const untestable = (found: string): Judged => ({ verdict: 'not testable here', found })

type Seen = { readonly [key: string]: Json }

/** Judges what a script printed. A command that is missing, or a script that the lab does not run, tells nothing. */
const seen =
  (script: string, judge: (seen: Seen) => Judged) =>
  ({ probe }: Facts): Judged => {
    const answer = probe(script)
    if (answer === undefined) return untestable('it was not asked')
    if (answer.error !== null)
      return tellsNothing(answer.error.fqid)
        ? untestable(answer.error.message)
        : not(`${answer.error.message} (${answer.error.fqid}, ${answer.error.category})`)
    return answer.seen === null ? untestable('there is none here') : judge(answer.seen)
  }

const tellsNothing = (fqid: string): boolean =>
  fqid.startsWith('CommandNotFoundException') || fqid === 'Chancery.Lab.NotInterpreted'

/** Our scripts tell "absent" from "broken" by the error's id. */
const fails =
  (script: string, id: string, category: string) =>
  ({ probe }: Facts): Judged => {
    const answer = probe(script)
    if (answer === undefined) return untestable('it was not asked')
    if (answer.error === null) return not('no error came')
    if (tellsNothing(answer.error.fqid)) return untestable(answer.error.message)
    const found = `${answer.error.fqid}, ${answer.error.category}`
    return answer.error.fqid.startsWith(`${id},`) && answer.error.category === category
      ? held(found)
      : not(found)
  }

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
const texts = (value: Json | undefined): readonly string[] => list(value).map(String)
const rows = (value: Json | undefined): readonly Seen[] =>
  list(value).filter((one): one is Seen => one !== null && typeof one === 'object' && !Array.isArray(one))
const number = (value: Json | undefined): number => (typeof value === 'number' ? value : Number.NaN)

/** Words outside those that are known. */
function words(found: readonly string[], known: readonly string[]): Judged {
  if (found.length === 0) return untestable('there is none here')
  const others = found.filter((word) => !known.includes(word))
  return others.length === 0 ? held(found.join(', ')) : not(`also ${others.join(', ')}`)
}

/** All rows do, or some don't; none is no evidence. */
const every = (all: readonly Seen[], what: string, test: (row: Seen) => boolean): Judged =>
  all.length === 0
    ? untestable(`there is no ${what} here`)
    : all.every(test)
      ? held(`${all.length} of ${all.length}`)
      : not(`${all.filter(test).length} of ${all.length}: ${JSON.stringify(all.find((row) => !test(row)))}`)

const critical = [
  'Off',
  'Running',
  'Stopping',
  'Saved',
  'Paused',
  'Starting',
  'Reset',
  'Saving',
  'Pausing',
  'Resuming',
]

const engine: readonly Assumption[] = [
  {
    id: 'powershell-5.1',
    assumed: 'Windows PowerShell 5.1 or newer answers',
    restsOn: ['worker'],
    change: 'Install Windows Management Framework 5.1, or hold the scripts to that version.',
    judge: ({ document: { powershell } }) => {
      const [major = 0, minor = 0] = powershell.split('.').map(Number)
      return major > 5 || (major === 5 && minor >= 1) ? held(powershell) : not(powershell)
    },
  },
  {
    id: 'full-language',
    assumed: 'PowerShell runs in full language mode',
    restsOn: ['worker'],
    change: 'A policy restricts PowerShell: the worker needs an exception, or must use cmdlets alone.',
    judge: seen('language', ({ mode }) =>
      mode === 'FullLanguage' ? held('FullLanguage') : not(String(mode)),
    ),
  },
  {
    id: 'standard-input',
    assumed: 'standard input is the worker’s own: PowerShell reads nothing of it ahead',
    restsOn: ['worker'],
    change: 'The bootstrap loses requests: start it otherwise (ConsoleHost reads standard input).',
    judge: ({ document: { session } }) =>
      session === null
        ? untestable('only a session shows it')
        : session.frames > 1
          ? held(`${session.frames} frames were answered by one worker`)
          : not('only one frame was answered'),
  },
  {
    id: 'command-length',
    assumed: 'the command that starts the worker arrives whole',
    restsOn: ['worker'],
    change: 'Shorten the bootstrap.',
    judge: ({ document: { session } }) =>
      session === null
        ? untestable('only a session shows it')
        : held(`${session.commandCharacters} characters`),
  },
  {
    id: 'ssh-connection',
    assumed: 'sshd sets SSH_CONNECTION to four fields',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Find the session’s address otherwise (Get-NetTCPConnection); lab: environmentOf.',
    judge: (facts) =>
      facts.document.via === 'script'
        ? untestable('only a session shows it')
        : seen('session', ({ fields }) =>
            fields === 4 ? held('4 fields') : not(`${String(fields)} fields`),
          )(facts),
  },
  {
    id: 'large-request',
    assumed: 'ConvertFrom-Json reads more than two million characters',
    restsOn: ['worker'],
    change: 'Cut frames below the limit of ConvertFrom-Json.',
    judge: seen('large-request', ({ characters, elements }) =>
      elements === 1_200_001 ? held(`${String(characters)} characters`) : not(`${String(elements)} elements`),
    ),
  },
  {
    id: 'large-reply',
    assumed: 'ConvertTo-Json writes more than two million characters',
    restsOn: ['worker'],
    change: 'Cut answers below the limit of ConvertTo-Json.',
    judge: seen('large-reply', ({ characters }) =>
      number(characters) >= 2_400_000
        ? held(`${String(characters)} characters`)
        : not(`${String(characters)} characters`),
    ),
  },
  {
    id: 'worker-memory',
    assumed: 'a worker takes no more than 50 MB more after hundreds of operations',
    restsOn: ['worker'],
    change: 'End the worker after so many operations and start another.',
    judge: ({ document: { session } }) => {
      if (session === null) return untestable('only a session shows it')
      const { privateBytesBefore: before, privateBytesAfter: after, operations } = session
      if (before === null || after === null) return untestable('the process tells nothing of its memory')
      const found = `${Math.round((after - before) / 1024)} KB more after ${operations} operations`
      return after - before <= 50 * 1024 ** 2 ? held(found) : not(found)
    },
  },
  {
    id: 'stable-observation',
    assumed: 'the same question gets the same answer, byte for byte',
    restsOn: ['every kind'],
    change: 'Sort what the observation lists, and leave out what changes by itself.',
    judge: ({ document: { session } }) =>
      session === null || session.stable === null
        ? untestable('it was asked once')
        : session.stable
          ? held('asked twice')
          : not('two answers differ'),
  },
]

const missing: readonly Assumption[] = [
  ...(
    [
      [
        'item',
        'a missing file',
        'PathNotFound',
        'ObjectNotFound',
        ['windows:File', 'hyperv:VirtualDisk'],
        'items/look.ts',
      ],
      [
        'service',
        'a missing service',
        'NoServiceFoundForGivenName',
        'ObjectNotFound',
        ['windows:Service'],
        'services.ts',
      ],
      [
        'machine',
        'a missing machine, by its Id',
        'InvalidParameter',
        'InvalidArgument',
        ['hyperv:VirtualMachine'],
        'hyperv/select.ts',
      ],
      [
        'machine-name',
        'a missing machine, by its name',
        'InvalidParameter',
        'InvalidArgument',
        ['hyperv:VirtualMachine'],
        'hyperv/select.ts',
      ],
      [
        'switch',
        'a missing switch',
        'InvalidParameter',
        'InvalidArgument',
        ['hyperv:VirtualSwitch'],
        'hyperv/switches.ts',
      ],
      [
        'disk',
        'a missing disk file',
        'InvalidParameter',
        'InvalidArgument',
        ['hyperv:VirtualDisk'],
        'hyperv/disks.ts',
      ],
      [
        'address',
        'a missing address',
        'CmdletizationQuery_NotFound_IPAddress',
        'ObjectNotFound',
        ['hyperv:VirtualSwitch'],
        'network.ts',
      ],
    ] as const
  ).map(([name, what, id, category, restsOn, file]): Assumption => ({
    id: `missing-${name}`,
    assumed: `${what} is told as ${id}, ${category}`,
    restsOn,
    change: `Correct the id in observe.ps1 and in lib/lab/windows/${file}.`,
    judge: fails(`missing-${name}`, id, category),
  })),
  {
    id: 'missing-feature',
    assumed: 'a feature that Windows does not know prints nothing and is no error',
    restsOn: ['windows:Feature'],
    change: 'Correct observe.ps1 of windows/feature and lib/lab/windows/features.ts.',
    judge: seen('missing-feature', ({ found }) =>
      found === 0 ? held('nothing is printed') : not(`${String(found)} printed`),
    ),
  },
]

const windows: readonly Assumption[] = [
  {
    id: 'delayed-start',
    assumed: 'a service starts delayed when its registry value DelayedAutostart is 1',
    restsOn: ['windows:Service'],
    change: 'Ask the service manager; lab: services.ts and registry.ts.',
    judge: seen('services', ({ services, delayed, differing }) => {
      const others = texts(differing)
      return others.length === 0
        ? held(`${String(delayed)} of ${String(services)} services`)
        : not(`the service manager says otherwise of ${others.join(', ')}`)
    }),
  },
  {
    id: 'service-words',
    assumed: 'start types and states of services have these names',
    restsOn: ['windows:Service'],
    change: 'Add the word to the plan of windows/service and to lib/lab/world/services.ts.',
    judge: seen('services', ({ startTypes, statuses }) =>
      words(
        [...texts(startTypes), ...texts(statuses)],
        [
          'Automatic',
          'Manual',
          'Disabled',
          'Boot',
          'System',
          'Running',
          'Stopped',
          'Paused',
          'StartPending',
          'StopPending',
          'ContinuePending',
          'PausePending',
        ],
      ),
    ),
  },
  {
    id: 'feature-words',
    assumed: 'states of features have these names',
    restsOn: ['windows:Feature'],
    change: 'Add the word to the plan of windows/feature and to lib/lab/world/features.ts.',
    judge: seen('features', ({ states }) =>
      words(texts(states), ['Available', 'Installed', 'Removed', 'InstallPending', 'UninstallPending']),
    ),
  },
  {
    id: 'restart-state',
    assumed: 'the last start is a date, and the key of component-based servicing is there',
    restsOn: ['restart'],
    change: 'Correct restart-state.ps1 and lib/lab/windows/registry.ts.',
    judge: seen('restart', ({ started, servicing }) =>
      typeof started === 'string' && /^\d{17,19}$/.test(started) && servicing === true
        ? held(`started ${started}`)
        : not(`started ${String(started)}, key ${servicing === true ? 'there' : 'missing'}`),
    ),
  },
  {
    id: 'carrier',
    assumed: 'the session’s address leads to its network card, and below a switch to the physical one',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Correct check-path.ps1, and lib/lab/world/network.ts.',
    judge: seen('carrier', ({ card, virtual, below }) =>
      virtual !== true
        ? held(`over ${String(card)}`)
        : texts(below).length > 0
          ? held(`over ${String(card)} on ${texts(below).join(', ')}`)
          : not(`${String(card)} is virtual, and nothing is found below it`),
    ),
  },
]

const hyperv: readonly Assumption[] = [
  {
    id: 'virtual-cards',
    assumed: 'exactly the cards of switches are Virtual',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Tell the cards of switches otherwise in check-path.ps1, and in lib/lab/windows/network.ts.',
    judge: seen('cards', ({ cards }) =>
      every(
        rows(cards).filter((row) => row['ofSwitch'] === true),
        'card of a switch',
        (row) => row['virtual'] === true,
      ),
    ),
  },
  {
    id: 'management-ports',
    assumed: 'a port of the host on a switch and its network card have one DeviceId',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Relate them otherwise in check-path.ps1 (name, MAC address); lab: hyperv/adapters.ts.',
    judge: seen('management-ports', ({ ports }) =>
      every(rows(ports), 'port of the host', (row) => row['cards'] === 1 && row['virtual'] === 1),
    ),
  },
  {
    id: 'switch-cards',
    assumed: 'an external switch names the descriptions of its cards',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Find the cards of a switch otherwise in observe.ps1; lab: hyperv/switches.ts.',
    judge: seen('switches', ({ switches }) =>
      every(
        rows(switches).filter((row) => row['type'] === 'External'),
        'external switch',
        (row) => number(row['bound']) > 0 && row['bound'] === row['known'],
      ),
    ),
  },
  {
    id: 'switch-words',
    assumed: 'types of switches are External, Internal and Private',
    restsOn: ['hyperv:VirtualSwitch'],
    change: 'Add the word to the plan of hyperv/virtual-switch and to hyperv/enums.ts of the lab.',
    judge: seen('switches', ({ switches }) =>
      words(
        [...new Set(rows(switches).map((row) => String(row['type'])))],
        ['External', 'Internal', 'Private'],
      ),
    ),
  },
  {
    id: 'host-words',
    assumed: 'ways of migration have these names',
    restsOn: ['hyperv:Host'],
    change: 'Correct the words of hyperv/host and of hyperv/enums.ts of the lab.',
    judge: seen('server', ({ migrationAuthentication, migrationPerformance }) =>
      words(
        [String(migrationAuthentication), String(migrationPerformance)],
        ['CredSSP', 'Kerberos', 'TCPIP', 'Compression', 'SMB'],
      ),
    ),
  },
  {
    id: 'machine-words',
    assumed: 'states and actions of machines have these names',
    restsOn: ['hyperv:VirtualMachine'],
    change: 'Add the word to the plan of hyperv/virtual-machine and to hyperv/enums.ts of the lab.',
    judge: seen('machines', (machines) =>
      words(
        ['states', 'startActions', 'stopActions', 'checkpointTypes', 'vlanModes'].flatMap((name) =>
          texts(machines[name]),
        ),
        [
          ...critical,
          ...critical.map((state) => `${state}Critical`),
          ...['Nothing', 'StartIfRunning', 'Start', 'TurnOff', 'Save', 'ShutDown'],
          ...[
            'Disabled',
            'Production',
            'ProductionOnly',
            'Standard',
            'Untagged',
            'Access',
            'Trunk',
            'Private',
          ],
        ],
      ),
    ),
  },
  {
    id: 'adapter-identity',
    assumed: 'an adapter has an Id of the form Microsoft:machine\\adapter and a MAC address of twelve digits',
    restsOn: ['hyperv:VirtualMachine'],
    change: 'Correct how adapters are told apart; lab: hyperv/adapter-objects.ts.',
    judge: seen('machines', ({ adapters, otherMacs, otherIds }) =>
      number(adapters) === 0
        ? untestable('there is no adapter of a machine here')
        : otherMacs === 0 && otherIds === 0
          ? held(`${String(adapters)} adapters`)
          : not(`${String(otherIds)} other Ids, ${String(otherMacs)} other MAC addresses`),
    ),
  },
  {
    id: 'boot-devices',
    assumed: 'a boot entry of a device has the Id of that device, and one of a file has none',
    restsOn: ['hyperv:VirtualMachine'],
    change: 'Tell boot entries apart otherwise in observe.ps1; lab: hyperv/firmware-objects.ts.',
    judge: seen('firmware', ({ entries }) =>
      every(rows(entries), 'boot entry', (row) =>
        row['type'] === 'Drive' || row['type'] === 'Network'
          ? row['known'] === true
          : row['device'] === false,
      ),
    ),
  },
  {
    id: 'disks-readable',
    assumed: 'Get-VHD reads the disks of running machines, and says their type and identity',
    restsOn: ['hyperv:VirtualDisk', 'hyperv:VirtualMachine'],
    change: 'Leave out what needs the file free; lab: hyperv/disks.ts.',
    judge: seen('disks', ({ drives, types, otherIds }) =>
      number(drives) === 0
        ? untestable('there is no disk of a machine here')
        : otherIds === 0 && texts(types).every((type) => ['Dynamic', 'Fixed', 'Differencing'].includes(type))
          ? held(`${String(drives)} disks: ${texts(types).join(', ')}`)
          : not(`${String(otherIds)} other identities; types ${texts(types).join(', ')}`),
    ),
  },
  {
    id: 'checkpoint-chain',
    assumed: 'below the .avhdx of a checkpoint ParentPath leads to the disk itself',
    restsOn: ['hyperv:VirtualMachine'],
    change: 'Follow the chain otherwise in observe.ps1; lab: hyperv/disks.ts.',
    judge: seen('disks', ({ chains }) =>
      every(rows(chains), 'checkpoint', (row) => /^\.vhd[xs]?$/.test(String(row['endsIn']))),
    ),
  },
]

/** Everything that can be judged by looking. */
export const assumptions: readonly Assumption[] = [...engine, ...missing, ...windows, ...hyperv]
