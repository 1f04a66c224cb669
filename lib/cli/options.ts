/** Sites as the commands take them; several selectors add up. */
export const siteSelector = {
  type: 'string',
  array: true,
  default: [] as string[],
  defaultDescription: 'all',
  describe: 'Site ids (beirut, brussels-*) or key=value (link=satellite,size=small, country=LB|SY)',
} as const

/** Sites of a command that does nothing to all of them unless that is said. */
export const namedSites = {
  ...siteSelector,
  defaultDescription: 'none: they must be named, "*" is all',
} as const

/** Options of commands that windows bind. */
export const windowOptions = {
  now: {
    type: 'boolean',
    default: false,
    describe: 'Also outside the site’s window or in a blackout; needs --reason. Never beyond the budget',
  },
  reason: { type: 'string', requiresArg: true, describe: 'Why --now; kept for chancery history' },
} as const

/** `--rollout`. */
export const rolloutOption = {
  rollout: {
    type: 'string',
    requiresArg: true,
    describe: 'As part of this rollout of the inventory: its sites only, and within its windows too',
  },
} as const

/** `--rollout` of commands that only look: no window binds them. */
export const rolloutOfLook = {
  rollout: {
    ...rolloutOption.rollout,
    describe: 'As part of this rollout of the inventory: its sites and its program. No window binds a look',
  },
} as const

/** `--on-backup`. */
export const backupOption = {
  'on-backup': {
    type: 'boolean',
    default: false,
    describe: 'Large work too while the backup line carries',
  },
} as const

const list = { type: 'string', array: true, default: [] as string[], requiresArg: true } as const

/** Options of commands that bring files to sites. */
export const deliveryOptions = {
  select: {
    ...list,
    defaultDescription: 'none',
    describe: 'Sites by key=value, as an alternative to naming them',
  },
  host: { ...list, defaultDescription: 'every host of the sites', describe: 'Only this host' },
} as const

/** `--patience`. */
export const patienceOption = {
  patience: {
    type: 'number',
    requiresArg: true,
    describe:
      'Seconds for which a host is tried again whose connection was lost during an act (also CHANCERY_PATIENCE). Not given: until its window closes, 5 minutes where there is none',
  },
} as const
