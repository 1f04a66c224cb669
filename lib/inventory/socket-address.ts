import { isIP } from 'node:net'

/** A value, or what was expected instead and what to write. */
export type Reading<T> = { readonly value: T } | { readonly expected: string; readonly fix: string }

/** A host name or an address that a socket can be opened to. */
export const socketAddress = (text: string): Reading<string> =>
  isIP(text) !== 0 ||
  (/^[\p{L}\p{N}_]([\p{L}\p{N}_.-]*[\p{L}\p{N}_])?\.?$/u.test(text) &&
    !text.includes('..') &&
    !/^[\d.]+$|^0x/i.test(text))
    ? { value: text }
    : {
        expected: 'a host name or an IP address',
        fix: 'Write it without port, brackets or user name, such as 10.20.1.5.',
      }
