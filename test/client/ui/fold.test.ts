import { expect, it } from 'vitest';
import { fold } from '../../../client/ui/fold.ts';

it.each([
  ['Chợ Mới', 'cho moi'],
  [' ĐỒN ', 'don'],
  ['Bắc Kạn 2', 'bac kan 2'],
])('%s', (text, folded) => {
  expect(fold(text)).toBe(folded);
});
