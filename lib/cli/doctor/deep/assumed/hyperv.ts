import {
  type Assumption,
  every,
  held,
  not,
  number,
  rows,
  seen,
  texts,
  untestable,
  words,
} from './assumption.ts'

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

/** Hyper-V: words, identities, and how its objects hang together. */
export const hyperv: readonly Assumption[] = [
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
    assumed:
      'an adapter has an Id of the form Microsoft:machine\\adapter a MAC address of twelve digits and a VLAN number',
    restsOn: ['hyperv:VirtualMachine'],
    change: 'Correct how adapters are told apart; lab: hyperv/adapter-objects.ts.',
    judge: seen('machines', ({ adapters, otherMacs, otherIds, otherVlans }) =>
      number(adapters) === 0
        ? untestable('there is no adapter of a machine here')
        : otherMacs === 0 && otherIds === 0 && otherVlans === 0
          ? held(`${String(adapters)} adapters`)
          : not(
              `${String(otherIds)} other Ids, ${String(otherMacs)} other MAC addresses, ${String(otherVlans)} VLANs that are no number`,
            ),
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
