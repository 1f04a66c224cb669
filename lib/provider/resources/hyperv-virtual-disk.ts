// Written by `npm run resources` from the schema of the kind. Do not edit.
import * as pulumi from '@pulumi/pulumi'
import type { Accept } from './accept.ts'

/** The disk starts as a copy of this image. While the image is not on the host, the disk is deferred. Matters when the disk is made, not later. */
export interface VirtualDiskCopyFromArgs {
  /** The image, a file on the host. */
  path: pulumi.Input<string>
  /** SHA-256 that the image must have, hex. */
  sha256: pulumi.Input<string>
}

/** Inputs of `VirtualDisk`. */
export interface VirtualDiskArgs {
  /** Id of the host in the inventory. Another host is another resource. */
  host: pulumi.Input<string>
  /** `true`: takes over a thing that exists on the host and is on nobody’s record. A text: also from the owner with this URN, or whose state lies in this backend. What was taken over is let go and not removed when it is no longer declared. Default false. */
  adopt?: pulumi.Input<boolean | string>
  /** Differences between what is declared and what is found that are accepted: each with its property, a reason and the last day. They are no change and no drift. */
  accept?: pulumi.Input<pulumi.Input<Accept>[]>
  /** Absolute path of the .vhdx file on a local drive of the host. Parent folders are created. Another path is another disk (replacement). */
  path: pulumi.Input<string>
  /** Size that a machine sees, GiB (1073741824 bytes), 1 to 65536. It grows in place, also while a machine runs; it never shrinks. Needed unless `copyFrom` is set. */
  sizeGB?: pulumi.Input<number>
  /** `dynamic`: the file grows with its content; `fixed`: it takes its whole size at once. Another type is another disk (replacement). Not set: dynamic when it is made, not compared later. */
  type?: pulumi.Input<'dynamic' | 'fixed'>
  /** Block size of a dynamic disk, MiB, 1 to 256. Another one is another disk (replacement). Not set: 32 when it is made, not compared later. */
  blockSizeMB?: pulumi.Input<number>
  /** The disk starts as a copy of this image. While the image is not on the host, the disk is deferred. Matters when the disk is made, not later. */
  copyFrom?: pulumi.Input<VirtualDiskCopyFromArgs>
}

/** A virtual disk: a .vhdx file, new or a copy of an image on the host. */
export class VirtualDisk extends pulumi.CustomResource {
  declare readonly host: pulumi.Output<string>
  /** Absolute path of the .vhdx file on a local drive of the host. Parent folders are created. Another path is another disk (replacement). */
  declare readonly path: pulumi.Output<string>
  /** Size that a machine sees, GiB (1073741824 bytes), 1 to 65536. It grows in place, also while a machine runs; it never shrinks. Needed unless `copyFrom` is set. */
  declare readonly sizeGB: pulumi.Output<number | undefined>
  /** `dynamic`: the file grows with its content; `fixed`: it takes its whole size at once. Another type is another disk (replacement). Not set: dynamic when it is made, not compared later. */
  declare readonly type: pulumi.Output<'dynamic' | 'fixed' | undefined>
  /** Block size of a dynamic disk, MiB, 1 to 256. Another one is another disk (replacement). Not set: 32 when it is made, not compared later. */
  declare readonly blockSizeMB: pulumi.Output<number | undefined>
  /** The disk starts as a copy of this image. While the image is not on the host, the disk is deferred. Matters when the disk is made, not later. */
  declare readonly copyFrom: pulumi.Output<pulumi.Unwrap<VirtualDiskCopyFromArgs> | undefined>
  /** DiskIdentifier of the file. */
  declare readonly diskId: pulumi.Output<string>
  /** Size that a machine sees, bytes. */
  declare readonly sizeBytes: pulumi.Output<number>
  constructor(name: string, args: VirtualDiskArgs, options?: pulumi.CustomResourceOptions) {
    const outs = { diskId: undefined, sizeBytes: undefined }
    super('chancery:hyperv:VirtualDisk', name, { ...outs, ...args }, options)
  }
}
