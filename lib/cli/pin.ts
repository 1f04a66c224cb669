import { err, ok, type Result } from '../domain/result.ts'
import { knownHostLine, knownHostName, pinnedKeys } from '../transport/ssh/known-hosts.ts'

/**
 * A known_hosts text in which exactly this key is pinned for a host. Lines that pin another key for this host alone go; every
 * other line stays as it is. The error names a line that pins it together with other hosts, which only a person can take apart.
 */
export function pinKey(text: string, address: string, port: number, blob: Buffer): Result<string, string> {
  const kept: string[] = []
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const pinned = pinnedKeys(line, address, port)
    if (pinned.length === 0 || pinned.some((key) => key.revoked)) kept.push(line)
    else if (!pinned.every((key) => key.blob.equals(blob)) && !pinsOneHost(line))
      return err(
        `line ${at + 1} pins another key for ${knownHostName(address, port)} and for other hosts: change that line by hand`,
      )
    else if (!pinsOneHost(line)) kept.push(line)
  }
  while (kept.at(-1) === '') kept.pop()
  return ok([...kept, knownHostLine(address, port, blob), ''].join('\n'))
}

/** One name, in the clear or hashed; no list and no pattern. */
const pinsOneHost = (line: string): boolean => !/[,*?!]/.test(line.trim().split(/\s+/)[0] ?? '')
