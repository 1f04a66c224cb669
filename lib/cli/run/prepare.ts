import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { err, ok, type Result } from '../../domain/result.ts'
import { collect } from '../../engine/collect.ts'
import { describeEngineFailure } from '../../engine/engine-failure.ts'
import { createInterrupts, type Interrupts } from '../../engine/interrupts.ts'
import { ensureEngine } from '../../engine/obtain.ts'
import type { Passphrase, StackPlace } from '../../engine/place.ts'
import { exportState } from '../../engine/state.ts'
import { loadCatalogue } from '../../provider/catalogue.ts'
import type { Fleet } from './fleet.ts'
import { contextOf, type Program, programModule, stackName } from './program.ts'
import { type SiteRun, stackFolder } from './site-run.ts'
import type { RunFailure, RunRequest } from './types.ts'

/** Folder of everything that is kept beside the project: work folders of stacks, what is known of hosts. */
export const workRoot = (cwd: string): string => join(cwd, '.chancery')

const project = 'chancery'
const launcher = dirname(fileURLToPath(new URL('../../provider/launcher/pulumi-resource-chancery', import.meta.url)))
