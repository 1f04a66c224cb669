/** What is known of an act of a free command that was begun and whose end nobody heard. */
export type CommandWord =
  /** No look can tell; `fix`: how a person says. */
  | { readonly what: 'unknown'; readonly because: string; readonly fix: string }
  /** By a person's word. */
  | { readonly what: 'done' | 'not-done'; readonly because: string }

/** Who knows of such acts. Undefined: nothing of it is in flight. */
export interface CommandWords {
  of(urn: string): CommandWord | undefined
  /** A word counts for one act: it was done now. */
  use(urn: string): void
}
