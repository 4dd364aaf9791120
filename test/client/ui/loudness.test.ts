import { describe, expect, it } from 'vitest';
import { meterSteps } from '../../../client/ui/loudness.ts';

describe('meterSteps', () => {
  it('is dark in silence and where nothing is measured', () => {
    expect(meterSteps(undefined, 8)).toBe(0);
    expect(meterSteps(-127, 8)).toBe(0);
  });
  it('lights one step for a whisper and all for a voice', () => {
    expect(meterSteps(-58, 8)).toBe(1);
    expect(meterSteps(-36, 8)).toBe(4);
    expect(meterSteps(-12, 8)).toBe(8);
    expect(meterSteps(0, 8)).toBe(8);
  });
});
