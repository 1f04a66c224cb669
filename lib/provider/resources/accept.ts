// Written by `npm run resources` from the schema of `accept`. Do not edit.
import type * as pulumi from '@pulumi/pulumi'

/** A difference between what is declared and what is found that is accepted for a time. */
export interface Accept {
  /** Input that may differ, or the path of a part of it: `content`, `adapters[0].vlan`, `adapters[*].mac`. */
  property: pulumi.Input<string>
  /** The value that is accepted. Not set: whatever is found. */
  value?: pulumi.Input<unknown>
  /** Why, for whoever reads it next. */
  reason: pulumi.Input<string>
  /** Last day on which it is accepted, UTC: `2026-12-31`. After it the difference counts again. */
  until: pulumi.Input<string>
}
