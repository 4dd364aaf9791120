// The types of what bootstrap.mjs shares with the TypeScript beside it; what each does is said there.

export type Purpose = 'run' | 'worker' | 'test';

export interface Step {
  /** Names the log file. */
  name: string;
  /** Shown to the person waiting. */
  label: string;
  command: string;
  args: string[];
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

export interface LockFile {
  packages?: Record<string, { version?: string; integrity?: string; optional?: boolean; devOptional?: boolean }>;
}

export class Explained extends Error {}
export const root: string;
export const packages: Record<Purpose, string[]>;
export function terminalLanguage(env?: NodeJS.ProcessEnv): 'vi' | 'en';
export function showProgress<T>(label: string, work: Promise<T>, lastLine?: () => string): Promise<T>;
export function runStep(step: Step): Promise<void>;
export function acquireLock(path: string): Promise<() => void>;
export function missingPackages(purposes: Purpose[]): string[] | undefined;
export function listMissing(wanted: string[], listing: string): string[];
export function ensurePackages(purposes: Purpose[], later?: Purpose[]): Promise<void>;
export function lockMatches(lock: LockFile | undefined, installed: LockFile | undefined): boolean;
