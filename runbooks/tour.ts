import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { $, chalk } from 'zx'
import { copyForLab, loadInventory, startLabEstate } from '../lib/index.ts'

/**
 * The main job on three missions of the ministry, in the lab, at the delay and rate of their own links: preview, apply, restart,
 * drift found and repaired, and a link that goes down in the middle. Ends with exit code 0, and leaves nothing running.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, '.chancery', 'tour')
const sites = ['beirut', 'nairobi', 'brussels-eu']
const started = Date.now()
const codes = { done: 0, someSitesOut: 3, differences: 4 } as const

const say = (title: string, text = ''): void =>
  console.log(`\n${chalk.bold(`── ${title}`)}${text === '' ? '' : `\n${text}`}`)

/** Runs the command line as a person would, and stops the tour where it answers otherwise than it should. */
async function chancery(expected: number, ...args: string[]): Promise<void> {
  console.log(chalk.dim(`$ chancery ${args.join(' ')}`))
  const cli = join(root, 'lib', 'cli', 'chancery.mjs')
  const { exitCode } = await $({
    cwd: home,
    env: { ...process.env, CHANCERY_MACHINE_FOLDER: join(home, 'machine') },
    stdio: 'inherit',
    nothrow: true,
    quiet: true,
  })`${process.execPath} ${cli} ${args}`
  if (exitCode === expected) return
  throw new Error(`chancery ${args.join(' ')}: expected exit code ${expected}, got ${exitCode}`)
}

// A fresh copy of the inventory on free ports, so that the tour's state is its own and each tour starts from nothing.
rmSync(home, { recursive: true, force: true })
mkdirSync(join(home, 'inventories'), { recursive: true })
await copyForLab(join(root, 'inventories', 'ministry'), join(home, 'inventories', 'ministry'), sites)
const loaded = loadInventory(join(home, 'inventories', 'ministry'))
if (!loaded.ok) throw new Error('the sample inventory has mistakes')
const estate = loaded.value

say(
  'The lab',
  'Three missions in memory, behind real SSH, at the delay and rate of their links. Beirut is still bare Windows.',
)
const lab = await startLabEstate({
  estate,
  sites: sites.map((id) => estate.sites.find((site) => site.id === id)!),
  delay: true,
  bare: ['beirut-hv1'],
  faults: [],
})
if (!lab.ok) throw new Error(lab.error)

try {
  await chancery(codes.done, 'sites', ...sites)
  await chancery(codes.done, 'links', ...sites)

  say(
    'Preview',
    'Each host is looked at once; nothing is changed. What needs Hyper-V waits at Beirut for a restart.',
  )
  await chancery(codes.someSitesOut, 'preview', ...sites)

  say(
    'Apply, and a link goes down in the middle',
    'Nairobi’s connection is lost after its host has acted and before it could say so. It is tried again for as long as we say.',
  )
  const nairobi = lab.value.host('nairobi-hv1')
  nairobi.order({ name: 'drop-after-act', value: 2 })
  const acting = nairobi.counters.frames + 2
  const watch = setInterval(() => {
    if (nairobi.counters.frames >= acting) nairobi.order({ name: 'refuse-connection' })
  }, 10)
  await chancery(codes.someSitesOut, 'up', ...sites, '--yes', '--patience', '15')

  say(
    'The link is back, Beirut restarts',
    'What was in flight at Nairobi is looked at, not guessed. Only a person restarts a host.',
  )
  clearInterval(watch)
  nairobi.clear()
  await chancery(codes.done, 'restart', 'beirut')
  await chancery(codes.done, 'up', ...sites, '--yes')

  say('A second preview is empty')
  await chancery(codes.done, 'preview', ...sites, '--expect-no-changes')

  say(
    'A change behind Chancery’s back',
    'Somebody edits a file on Nairobi’s host. The preview finds it, up repairs it.',
  )
  nairobi.world.files.write('C:\\Chancery\\site-card.txt', new TextEncoder().encode('edited by hand'))
  await chancery(codes.differences, 'preview', ...sites, '--expect-no-changes')
  await chancery(codes.done, 'up', 'nairobi', '--yes')
  await chancery(codes.done, 'preview', ...sites, '--expect-no-changes')

  say(
    'Done',
    `Three missions stand as declared, after ${Math.round((Date.now() - started) / 1000)} s. Nothing is left running.`,
  )
} finally {
  await lab.value.close()
}
