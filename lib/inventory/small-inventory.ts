import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** A small inventory without a mistake, for tests: text by file. */
export const smallInventory: Readonly<Record<string, string>> = {
  'sites.csv': `id,name,kind,city,country,time_zone,latitude,longitude,link,second_line,kbit_per_s,rtt_ms,size,users,profile,provenance
beirut,"Embassy, Beirut",embassy,Beirut,LB,Asia/Beirut,33.89,35.50,satellite,none,512,600,small,8,mission-server,strategy
riyadh,"Embassy, Riyadh",embassy,Riyadh,SA,Asia/Riyadh,24.69,46.71,terrestrial,none,4000,83,medium,22,serverless,public
bern,"Embassy, Bern",embassy,Bern,CH,Europe/Zurich,46.95,7.45,terrestrial,satellite-backup,1001,29,small,6,serverless,public
home,Home,home,Copenhagen,DK,Europe/Copenhagen,55.68,12.59,lan,terrestrial,1000000,1,home,667,home,strategy
`,
  'hosts.csv': `id,site,address,port,account,key,jump,provenance
beirut-hv1,beirut,10.20.0.1,,,,home-hv1,synthetic
home-hv1,home,hv1.home.example,2222,admin,keys/admin,,synthetic
home-hv2,home,2001:db8::2,,,agent,,synthetic
`,
  'weekends.csv': `country,weekend_days,provenance
CH,"sat,sun",public
DK,"sat,sun",public
LB,"sat,sun",public
SA,"fri,sat",public
`,
  'networks-off-limits.csv': `id,name,rule,provenance
regnem,REGNEM,never-target,strategy
`,
  'off-limits.yaml': `networks:
  regnem:
    provenance: synthetic
    ranges: [10.201.0.0/16, 'fdc5:201::/32']
    hostNames: ['regnem.example', '*.regnem.example']
`,
  'organisation.yaml': `organisation: small
stateBackend: file://../state
knownHosts: known_hosts
defaults: { account: chancery, port: 22, key: keys/default }
linkClasses:
  satellite:
    budget:
      - { days: weekdays, from: '08:00', to: '18:00', kbitPerS: 128 }
      - { kbitPerS: 480 }
    windows: []
  terrestrial:
    budget:
      - { days: weekend, share: 1 }
      - { days: [mon, tue], from: '22:00', to: '06:00', kbitPerS: 5000 }
      - { share: 0.5 }
    windows:
      - { days: every-day, from: '20:00', to: '24:00' }
  lan:
    budget: [{ share: 0.9 }]
    windows: []
`,
  'profiles/mission-server.yaml': `model: mission-server
about: A Hyper-V host at the mission
switch: { name: mission, adapter: Ethernet 2, managementOs: false }
folders: { machines: 'D:\\Machines', disks: 'D:\\Disks' }
machines:
  - { name: mail, about: Mailboxes, memoryMiB: 8192, processors: 4, vlan: 10, disks: [{ name: system, sizeGiB: 60 }] }
  - { name: login, about: Directory, memoryMiB: 2048, processors: 2, disks: [{ name: system, sizeGiB: 60 }] }
localApplications: []
`,
  'profiles/serverless.yaml': `model: serverless
about: Everything at home
gateway: null
requires: { minKbitPerSPerUser: 100, maxRttMs: 60 }
`,
  'profiles/home.yaml': `model: home
about: The data centre
`,
  'exceptions/beirut.yaml': `site: beirut
because: A call list must work without the link
machines:
  mail: { memoryMiB: 4096 }
localApplications:
  - { name: crisis-list, about: Call list, memoryMiB: 2048, processors: 1, disks: [{ name: system, sizeGiB: 40 }] }
`,
}

/** Writes an inventory to a folder of its own; `null` leaves a file out. It is removed with the returned object. */
export function writeInventory(
  changes: Readonly<Record<string, string | null>> = {},
): { readonly folder: string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'chancery-inventory-'))
  const folder = join(root, 'small')
  for (const [file, text] of Object.entries({ ...smallInventory, ...changes })) {
    if (text === null) continue
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  return { folder, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}
