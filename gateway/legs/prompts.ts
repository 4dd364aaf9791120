import { fileURLToPath } from 'node:url';

/** What a caller can be told: spoken files beside their texts in `prompts/LANGUAGE` (`docs/contributing.md`). */
const files = {
  enterPin: 'enter-pin',
  wrongPin: 'wrong-pin',
  tooManyTries: 'too-many-tries',
  welcome: 'welcome',
  notOpen: 'not-open',
  lineTest: 'line-test',
} as const;
export type Prompt = keyof typeof files;
export const prompts = Object.keys(files) as readonly Prompt[];

/** Absolute path of an Ogg/Opus file (RFC 7845). */
export function promptFile(language: 'vi' | 'en', prompt: Prompt): string {
  return fileURLToPath(new URL(`./prompts/${language}/${files[prompt]}.opus`, import.meta.url));
}
