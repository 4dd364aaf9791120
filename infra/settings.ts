// Settings on the command line: lists them for --help, explains what is wrong with one.

import { describeSettings, parseSettings, SettingError, type Settings } from '../server/config.ts';
import { terminalLanguage } from './bootstrap.mjs';
import { text } from './messages.ts';

/** The settings, or the end of the process: 0 after --help, 2 when one is not allowed. */
export function readSettings(env: NodeJS.ProcessEnv, args: string[]): Settings {
  if (args.includes('--help')) {
    process.stdout.write(`${text.settings}\n\n${describeSettings(terminalLanguage())}\n`);
    process.exit(0);
  }
  try {
    return parseSettings(env, args);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    for (const { name, given, allowed } of error.wrong) {
      process.stderr.write(`${text.badSetting(name, given, allowed)}\n`);
    }
    process.exit(2);
  }
}
