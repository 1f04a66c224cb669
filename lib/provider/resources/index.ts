// Written by `npm run resources`. Do not edit.
export * from './hyperv-host.ts'
export * from './hyperv-virtual-disk.ts'
export * from './hyperv-virtual-machine.ts'
export * from './hyperv-virtual-switch.ts'
export * from './windows-feature.ts'
export * from './windows-file.ts'
export * from './windows-service.ts'
export * from './accept.ts'
