import { type Assumption, fails, held, not, seen } from './assumption.ts'

/** How each thing that is not there is told: scripts know "absent" from "broken" by it. */
export const missing: readonly Assumption[] = [
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
