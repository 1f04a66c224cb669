/** The public face: `import { … } from 'chancery'`. */

// In a Pulumi program of one's own: resources, and components made of them.
export * from './provider/resources/index.ts'
export { MissionServer, type MissionServerArgs } from './components/mission-server.ts'
export { ServerlessMission, type ServerlessMissionArgs } from './components/serverless-mission.ts'
export { canCarry } from './components/link-gate.ts'
export type { Program, ProgramContext } from './domain/program.ts'

// In a runbook: the inventory, runs over sites, and the lab.
export { chooseInventory, chooseSites, formatComplaints, loadInventory } from './inventory/index.ts'
export {
  runSites,
  type RunReport,
  type RunRequest,
  type SitePreview,
  type SiteReport,
} from './cli/run/index.ts'
export { copyForLab } from './cli/lab-copy.ts'
export { type LabRequest, startLabEstate } from './cli/lab-estate.ts'
export { createInterrupts, type Interrupts } from './engine/interrupts.ts'
export { type Clock, systemClock } from './domain/clock.ts'
export { describeFailure, type Failure } from './domain/failure.ts'
export type { Event } from './domain/event.ts'
export type { SiteOutcome } from './domain/outcome.ts'
export type { Estate, MissionServerProfile, Profile, ServerlessProfile } from './domain/profile.ts'
export type { Site } from './domain/site.ts'
