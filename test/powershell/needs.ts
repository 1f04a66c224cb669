import { findPwsh, findSshd } from './sshd.ts'

/** Before anything: what these tests need is there, or one message says what to install. */
export default function setup(): void {
  findPwsh()
  findSshd()
}
