import type { Link, VideoProbe } from '../domain/site.ts'
import type { Fact, Kept } from './board.ts'

/** What live video leaves of a link, and why it is taken to be live. */
export type VideoLimit = { readonly kbitPerS: number; readonly because: string }

/** Something that is not younger than this many questions is no answer any more. */
const staleAfter = 3

/**
 * The limit in force: by command, or by the conference system, whichever leaves less. Before the conference system was asked, and when its
 * last answer is old, live video is assumed unless the inventory says to keep to what was seen last.
 */
export function videoLimit(
  { video }: { readonly video?: Link['video'] },
  switched: Kept<'switch'> | undefined,
  conference: Kept<'conference'> | undefined,
  now: number,
): VideoLimit | undefined {
  const limits: VideoLimit[] = []
  if (switched !== undefined && (switched.fact.until === null || now < switched.fact.until))
    limits.push({ kbitPerS: switched.fact.atMostKbitPerS, because: `switched on by ${switched.fact.by}` })
  const { probe } = video ?? {}
  if (video !== undefined && probe !== undefined) {
    const { live, because } = believed(probe, conference, now)
    if (live) limits.push({ kbitPerS: video.atMostKbitPerS, because })
  }
  return limits.toSorted((a, b) => a.kbitPerS - b.kbitPerS)[0]
}

function believed(
  probe: VideoProbe,
  kept: Kept<'conference'> | undefined,
  now: number,
): { readonly live: boolean; readonly because: string } {
  if (kept === undefined) return { live: true, because: 'assumed until the conference system has answered' }
  const age = now - kept.at
  const fresh = age >= 0 && age < staleAfter * (probe.everyMs + probe.timeoutMs)
  if (fresh) return kept.fact
  return {
    live: assumed(probe, kept.fact.said),
    because: 'assumed: the last answer of the conference system is old',
  }
}

const assumed = (probe: VideoProbe, said: boolean | null): boolean =>
  probe.onFailure === 'live' ? true : (said ?? true)

/** Asks the conference system over HTTP; a network failure is an answer too. */
export type AskHttp = (
  url: string,
  timeoutMs: number,
) => Promise<{ readonly json: unknown } | { readonly failure: string }>

/** What the conference system says of a link now, or what is assumed when it says nothing. */
export async function askConference(
  probe: VideoProbe,
  ask: AskHttp,
  before: Fact<'conference'> | undefined,
): Promise<Fact<'conference'>> {
  const answer = await ask(probe.url, probe.timeoutMs)
  const value = 'json' in answer ? at(answer.json, probe.pointer) : undefined
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    const live = probe.live.includes(value)
    return { live, said: live, because: `the conference system says ${JSON.stringify(value)}` }
  }
  const said = before?.said ?? null
  const live = assumed(probe, said)
  const failure =
    'failure' in answer
      ? answer.failure
      : `its answer has no text, number or boolean at ${probe.pointer || 'its root'}`
  return {
    live,
    said,
    because: `${live ? 'live video' : 'no live video'} assumed: the conference system can’t be asked (${failure})`,
  }
}

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
function at(json: unknown, pointer: string): unknown {
  let node = json
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, key)) return undefined
    node = Reflect.get(node, key)
  }
  return node
}

const mostBytes = 1_000_000

/** Asks over HTTP with what Node has; at most 1 MB is read. */
export const askHttp: AskHttp = async (url, timeoutMs) => {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      headers: { accept: 'application/json' },
      redirect: 'error',
    })
    if (!response.ok) return { failure: `HTTP ${response.status}` }
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      if (text.length > mostBytes) return { failure: `more than ${mostBytes} characters` }
    }
    return { json: JSON.parse(text) as unknown }
  } catch (cause) {
    return { failure: wordsOf(cause) }
  }
}

/** `fetch` says "fetch failed" and hides the reason. */
function wordsOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause)
  if (cause.name === 'TimeoutError') return 'no answer in time'
  if (cause instanceof SyntaxError) return 'its answer is no JSON'
  return cause.cause instanceof Error && cause.cause.message !== '' ? cause.cause.message : cause.message
}
