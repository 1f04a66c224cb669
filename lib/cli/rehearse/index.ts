import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Clock } from '../../domain/clock.ts'
import { exitCode } from '../../domain/outcome.ts'
import type { Estate } from '../../domain/profile.ts'
import { err, ok, type Result } from '../../domain/result.ts'
import type { Site } from '../../domain/site.ts'
import type { Interrupts } from '../../engine/interrupts.ts'
import { type Fault, type Lab, type LabHostSpec, startLab } from '../../lab/index.ts'
import { newKeyPair } from '../../lab/key-pair.ts'
import { createExecutor } from '../../lab/windows/executor.ts'
import { workRoot } from '../run/stacks.ts'
import { copyState } from './copy-state.ts'
import { makeOverlay, type Overlay, pointAtLab, stacksOf } from './overlay.ts'
import { type Memory, remember } from './remember.ts'
import { bringWorld, type Unlike } from './world.ts'

export type RehearsalRequest = {
  readonly estate: Estate
  readonly sites: readonly Site[]
  /** A command line after `chancery`, or the path of a runbook and its arguments. */
  readonly words: readonly string[]
  readonly runbook: boolean
  /** Path of a program that the command line names. */
  readonly program: string | undefined
  /** False: the links carry at once what they are given. */
  readonly delay: boolean
  readonly faults: readonly { readonly host: string; readonly fault: Fault }[]
  readonly cwd: string
  readonly env: { readonly [name: string]: string | undefined }
  readonly clock: Clock
  readonly interrupts: Interrupts
  readonly note: (text: string) => void
  /** Called once everything stands, before the command starts. */
  readonly ready: (sites: readonly Rehearsed[]) => void
}

/** What a site of the rehearsal is made of. */
export type Rehearsed = {
  readonly site: string
  /** Instant (ms) of the look that it rests on; undefined: it was never looked at, so its hosts are fresh. */
  readonly seenAt: number | undefined
  /** Images of fresh hosts: `bare`, `hyperv`. */
  readonly images: readonly string[]
  readonly unlike: readonly (Unlike & { readonly host: string })[]
}

/**
 * Runs a command line against copies of its sites in the lab, and gives its exit code. Inventory, state, known keys and hosts are
 * copies: the real ones are only read. The error is a sentence; nothing was run then.
 */
export async function rehearse(request: RehearsalRequest): Promise<Result<number, string>> {
  const overlay = makeOverlay(request.estate)
  let lab: Lab | undefined
  try {
    const work = workRoot(request.cwd, request.env)
    const { estate, sites, env } = request
    const { stateBackend, passphraseFile } = estate
    const copied = await copyState(overlay, {
      backend: stateBackend,
      work,
      sites,
      env,
      ...(passphraseFile === undefined ? {} : { passphraseFile }),
    })
    if (!copied.ok) return copied
    const client = newKeyPair()
    writeFileSync(overlay.key, client.privatePem, { mode: 0o600 })
    const stacks = stacksOf(work, request.sites)
    const before = await rememberIn(request, overlay, work, stacks)
    if (!before.ok) return before
    const memories = new Map(before.value.map((memory) => [memory.site, memory]))
    const specs = request.sites.flatMap((site) =>
      specsOf(request.estate, site, memories.get(site.id), client.publicLine),
    )
    lab = await startLab({ hosts: specs, links: linksOf(request) })
    const pointed = pointAtLab(overlay, request.estate, request.sites, lab)
    if (!pointed.ok) return pointed
    const executorOf = await createExecutor()
    const backend = { real: request.estate.stateBackend, ours: overlay.stateBackend }
    const rehearsed: Rehearsed[] = []
    for (const site of request.sites) {
      const memory = memories.get(site.id)
      const unlike = site.hosts.flatMap(({ id }) => {
        const { world } = lab!.host(id)
        const things = memory?.things.get(id) ?? []
        return bringWorld(world, executorOf(world), things, backend).map((one) => ({ ...one, host: id }))
      })
      const images = specs.filter((spec) => spec.site === site.id).map(({ image }) => image)
      rehearsed.push({ site: site.id, seenAt: memory?.at, images: [...new Set(images)], unlike })
    }
    for (const { host, fault } of request.faults) lab.host(host).order(fault)
    request.ready(rehearsed)
    if (request.interrupts.level > 0) return ok(exitCode.interrupted)
    return await runChild(request, overlay)
  } finally {
    await lab?.close()
    overlay.remove()
  }
}

/** Nothing to remember where nothing was worked on; the engine is not asked for then. */
async function rememberIn(
  request: RehearsalRequest,
  overlay: Overlay,
  work: string,
  stacks: readonly { readonly program: string; readonly site: string }[],
): Promise<Result<readonly Memory[], string>> {
  if (stacks.length === 0) return ok([])
  const estate = { ...request.estate, stateBackend: overlay.stateBackend }
  const env = { ...request.env, ...overlay.env }
  return remember({ ...request, estate, stacks, work, env })
}

const linksOf = ({ delay, sites }: RehearsalRequest) =>
  delay ? sites.map(({ id, link }) => ({ site: id, rttMs: link.rttMs, kbitPerS: link.kbitPerS })) : []

/** Hyper-V is there where a thing of it was seen; on a host that nobody looked at, where the site's profile has machines. */
function specsOf(
  estate: Estate,
  site: Site,
  memory: Memory | undefined,
  authorizedKey: string,
): readonly LabHostSpec[] {
  return site.hosts.map((host): LabHostSpec => {
    const things = memory?.things.get(host.id)
    const hyperv =
      things === undefined
        ? estate.siteProfiles.get(site.id)?.model === 'mission-server'
        : things.some(({ target }) => target.loaded.kind.needsFeature === 'Hyper-V')
    return {
      id: host.id,
      site: site.id,
      port: 0,
      account: host.account,
      authorizedKey,
      image: hyperv ? 'hyperv' : 'bare',
    }
  })
}

const cli = fileURLToPath(new URL('../chancery.mjs', import.meta.url))

/** The command as a process of its own, on the same terminal. What interrupts us interrupts it. */
function runChild(request: RehearsalRequest, overlay: Overlay): Promise<Result<number, string>> {
  const [first = '', ...rest] = request.words
  const args = request.runbook ? [resolve(request.cwd, first), ...rest] : [cli, ...request.words]
  const child = spawn(process.execPath, args, {
    cwd: request.cwd,
    env: { ...request.env, ...overlay.env },
    stdio: 'inherit',
  })
  const unlisten = request.interrupts.listen(() => child.kill('SIGINT'))
  return new Promise((settle) => {
    child.once('error', (error) => {
      unlisten()
      settle(err(`the command could not be started: ${error.message}`))
    })
    child.once('close', (code, signal) => {
      unlisten()
      settle(code === null ? err(`the command was ended by ${signal}`) : ok(code))
    })
  })
}

/** Whether the first word is a file and no command: a runbook. */
export const isRunbook = (word: string, cwd: string): boolean =>
  /\.m?[jt]s$/.test(word) && existsSync(resolve(cwd, word))
