import { expect, test } from 'vitest';
import { wayTo } from '../../../gateway/legs/way.ts';

const trunk = { uri: 'sip:trunk.example.vn;transport=tls', user: 'rostrum', password: 'secret' };

test('an account is called where it is registered with us', () => {
  expect(wayTo('sip:babe', 'babe', trunk)).toEqual({ target: 'sip:babe@rostrum' });
});

test('an address is called as it stands', () => {
  expect(wayTo('sips:room@10.0.0.5', undefined, trunk)).toEqual({ target: 'sips:room@10.0.0.5' });
  expect(wayTo('room@10.0.0.5;transport=tcp', undefined, trunk)).toEqual({ target: 'sip:room@10.0.0.5;transport=tcp' });
  expect(wayTo('10.0.0.5', undefined, trunk)).toEqual({ target: 'sip:10.0.0.5' });
});

test('a telephone number goes through the trunk, with what the trunk asks for', () => {
  const way = {
    target: 'sip:02093870123@trunk.example.vn;transport=tls',
    credentials: { user: 'rostrum', password: 'secret' },
  };
  expect(wayTo('02093870123', undefined, trunk)).toEqual(way);
  expect(wayTo('sip:0209-387-0123', undefined, trunk)).toEqual(way);
  expect(wayTo('+842093870123', undefined, trunk).target).toBe('sip:+842093870123@trunk.example.vn;transport=tls');
  expect(wayTo('02093870123', undefined, undefined)).toEqual({ target: 'sip:02093870123' });
});
