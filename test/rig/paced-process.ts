import { systemClock } from '../../lib/domain/clock.ts'
import { linkFolder } from '../../lib/cli/links/machine-folder.ts'
import { openLinks } from '../../lib/cli/links/open-links.ts'
import { loadInventory } from '../../lib/inventory/index.ts'

/** A process that sends bulk over a link as fast as it may: `node paced-process.ts INVENTORY SITE`; a line `MS BYTES` every 50 ms. */
const [inventory = '', site = ''] = process.argv.slice(2)
const loaded = loadInventory(inventory)
if (!loaded.ok) throw new Error(JSON.stringify(loaded.error))
const links = openLinks({
  sites: loaded.value.sites,
  clock: systemClock,
  emit: (event) => {
    if (event.kind === 'line') process.stdout.write(`# ${event.state}: ${event.because}\n`)
  },
  folder: linkFolder(loaded.value),
  lease: async () => {
    throw new Error('nothing is leased here')
  },
  leave: { anytime: true, onBackup: true },
  switched: () => undefined,
})
const link = links.link(site)
let bytes = 0
setInterval(() => process.stdout.write(`${Date.now()} ${bytes}\n`), 50)
for (;;) {
  await link.pace(2048, 'bulk')
  bytes += 2048
}
