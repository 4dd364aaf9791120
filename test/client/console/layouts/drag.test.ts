import { expect, it } from 'vitest';
import { slotOf } from '../../../../client/console/layouts/drag.ts';

it('shows a dropped site by name and dropped content as content, whosever it is', () => {
  expect(slotOf({ participantId: 's1' })).toEqual({ show: 'participant', participantId: 's1' });
  expect(slotOf({ content: true })).toEqual({ show: 'content' });
});
