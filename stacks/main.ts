import * as pulumi from '@pulumi/pulumi'
import type { Program } from '../lib/domain/program.ts'
import { chooseInventory, formatComplaints, loadInventory } from '../lib/inventory/index.ts'

/** Entry for plain `pulumi`: the stack's name says which program at which site, `mission.beirut`. */
const [program = '', siteId = ''] = pulumi.getStack().split('.')
const folder = chooseInventory(pulumi.getRootDirectory(), process.env['CHANCERY_INVENTORY'])
if (!folder.ok) throw new pulumi.RunError(folder.error)
const estate = loadInventory(folder.value)
if (!estate.ok) throw new pulumi.RunError(formatComplaints(estate.error))
const site = estate.value.sites.find((s) => s.id === siteId)
const profile = estate.value.siteProfiles.get(siteId)
if (site === undefined || profile === undefined) {
  throw new pulumi.RunError(
    `stack ${pulumi.getStack()}: expected program.site with a site of ${folder.value}, got site "${siteId}". Nothing was changed.`,
  )
}
const { default: run } = (await import(new URL(`./${program}.ts`, import.meta.url).href)) as {
  default: Program
}
export const outputs = (await run({ site, profile, organisation: estate.value.organisation })) ?? {}
