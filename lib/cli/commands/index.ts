import type { Command } from '../command.ts'
import { completion } from './completion.ts'
import { doctor } from './doctor.ts'
import { history } from './history.ts'
import { drift } from './drift.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { lab } from './lab.ts'
import { links } from './links.ts'
import { plan } from './plan.ts'
import { prestage } from './prestage.ts'
import { push } from './push.ts'
import { rehearse } from './rehearse.ts'
import { resolve } from './resolve.ts'
import { restart } from './restart.ts'
import { destroy, preview, refresh, up } from './runs.ts'
import { schema } from './schema.ts'
import { sites } from './sites.ts'
import { takeover } from './takeover.ts'
import { trust } from './trust.ts'
import { unlock } from './unlock.ts'
import { video } from './video.ts'

/** Every command, in the order of the help. */
export const commands: readonly Command[] = [
  init,
  sites,
  links,
  video,
  preview,
  up,
  refresh,
  drift,
  destroy,
  importCommand,
  plan,
  history,
  push,
  prestage,
  rehearse,
  resolve,
  restart,
  trust,
  takeover,
  unlock,
  doctor,
  lab,
  schema,
  completion,
]
