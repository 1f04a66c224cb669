import { type Assumption, held, not, seen, texts, words } from './assumption.ts'

/** Services, features, restarts, and the way to the session’s network card. */
export const windows: readonly Assumption[] = [
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
