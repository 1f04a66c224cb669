import { relative, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { weekendOf } from './countries.ts'
import type { Answers } from './questions.ts'

/** Where the new inventory will lie, and what of the project it names. */
export type Places = {
  /** The inventory's folder, absolute. */
  readonly folder: string
  /** `.chancery` of the project, absolute. */
  readonly work: string
}

/** URL of the backend, as the engine is told it. */
export const backendOf = (answers: Pick<Answers, 'state'>, { work }: Pick<Places, 'work'>): string =>
  answers.state === 'folder' ? pathToFileURL(`${work}${sep}state`).href : answers.state

/** Text by file of a new inventory: one site, one host, and budgets to start from. Pure. */
export function inventoryFiles(answers: Answers, places: Places): Readonly<Record<string, string>> {
  return {
    'organisation.yaml': organisation(answers, places),
    'sites.csv': table(
      [
        'id,name,kind,city,country,time_zone,latitude,longitude,link,second_line,kbit_per_s,rtt_ms,size,users,profile,provenance',
      ],
      [
        answers.site,
        answers.siteName,
        'site',
        answers.siteName,
        answers.country,
        answers.timeZone,
        '',
        '',
        answers.link,
        'none',
        String(answers.kbitPerS),
        String(answers.rttMs),
        'small',
        String(answers.users),
        'gateway',
        'own',
      ],
    ),
    'hosts.csv': table(
      ['id,site,address,port,account,key,jump,provenance'],
      [`${answers.site}-host1`, answers.site, answers.address, '', '', '', '', 'own'],
    ),
    'weekends.csv': table(
      ['country,weekend_days,provenance'],
      [answers.country, weekendOf(answers.country).join(','), 'CLDR'],
    ),
    'networks-off-limits.csv': 'id,name,rule,provenance\n',
    'off-limits.yaml':
      '# Networks that are never a target, whatever is asked: by address range and by name.\n# Each is a row of networks-off-limits.csv too.\nnetworks: {}\n',
    'profiles/gateway.yaml': gateway,
    'README.md': readme(answers),
  }
}

const table = (header: readonly string[], row: readonly string[]): string =>
  `${header.join('\n')}\n${row.map((text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)).join(',')}\n`

/** Paths of the project are relative, so that another checkout finds its own; those elsewhere stay as they are. */
function pathIn({ folder, work }: Places, path: string): string {
  const project = `${work.slice(0, work.lastIndexOf(sep))}${sep}`
  return path.startsWith(project) ? relative(folder, path).split(sep).join('/') : path
}

function organisation(answers: Answers, places: Places): string {
  const state =
    answers.state === 'folder' ? `file://${pathIn(places, `${places.work}${sep}state`)}` : answers.state
  const { passphrase, key } = answers
  const head = stringify({
    organisation: answers.organisation,
    stateBackend: state,
    ...(passphrase === 'environment' ? {} : { passphraseFile: pathIn(places, passphrase) }),
    knownHosts: pathIn(places, `${places.work}${sep}known_hosts`),
    defaults: {
      account: answers.account,
      port: answers.port,
      ...(key === 'agent' ? {} : { key: pathIn(places, key) }),
    },
  })
  return `# Paths are relative to this folder. \`chancery schema organisation\` says what may stand here.\n${head}\n${linkClasses}`
}

const linkClasses = `# What Chancery may use of a link, in the site's own time: the first entry that matches decides, the last one matches
# always. Written to start from; correct them to what your lines have to spare.
linkClasses:
  satellite:
    budget:
      - { days: weekdays, from: '08:00', to: '18:00', share: 0.25 }
      - { share: 0.9 }
    # When work may start; empty = always.
    windows: []
  terrestrial:
    budget:
      - { days: weekdays, from: '08:00', to: '18:00', share: 0.5 }
      - { share: 0.9 }
    windows: []
  lan:
    budget:
      - { share: 0.9 }
    windows: []
`

const gateway = `# A site whose host is to have these Windows features and running services; add yours.
model: serverless
about: A host at the site
gateway:
  features: []
  services: []
# A link that does less cannot carry the site.
requires:
  minKbitPerSPerUser: 1
  maxRttMs: 2000
`

const readme = ({ organisation: id }: Answers): string => `# ${id}

| file | what is there |
|---|---|
| \`organisation.yaml\` | where states live, how hosts are reached, what may be used of links |
| \`sites.csv\`, \`hosts.csv\` | a row a site, a row a host; empty cells of a host are the defaults |
| \`weekends.csv\` | weekend by country |
| \`off-limits.yaml\`, \`networks-off-limits.csv\` | networks that are never a target |
| \`profiles/\` | what a site of one kind consists of |
| \`exceptions/\` | what differs at one site |

The passphrase of the states' secrets is in none of them. Whoever loses it loses the secrets in the states.
`
