// Written by `npm run resources`. Do not edit.
export * from './windows-file.ts'
