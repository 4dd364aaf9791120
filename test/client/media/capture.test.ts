import { describe, expect, it } from 'vitest';
import { CaptureError, problemOf } from '../../../client/media/capture.ts';

describe('problemOf', () => {
  it.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'notFound'],
    ['NotReadableError', 'inUse'],
    ['OverconstrainedError', 'notFound'],
    ['TypeError', 'failed'],
  ])('calls %s %s', (name, problem) => {
    expect(problemOf(Object.assign(new Error('x'), { name }))).toBe(problem);
  });
  it('keeps a problem that is known already', () => {
    expect(problemOf(new CaptureError('insecure'))).toBe('insecure');
  });
});
