import { expect, it } from 'vitest';
import { certificateFrom } from '../../../../gateway/sip/transport/certificate.ts';

it('says nothing where no certificate was shown', () => {
  expect(certificateFrom({}, true)).toBeUndefined();
});

it('names the fingerprint as hex, and every name once', () => {
  const certificate = certificateFrom(
    {
      fingerprint256: 'AB:CD:01',
      subject: { C: 'VN', ST: '', L: '', O: '', OU: '', CN: 'codec7.example.vn' },
      subjectaltname: 'DNS:codec7.example.vn, URI:sip:codec7@example.vn, IP Address:10.0.0.7, othername:<unsupported>',
    },
    false,
  );
  expect(certificate).toEqual({
    fingerprint256: 'abcd01',
    names: ['codec7.example.vn', 'sip:codec7@example.vn', '10.0.0.7'],
    trusted: false,
  });
});

it('takes no quoted name, in which a comma could hide another one (CVE-2021-44532)', () => {
  const certificate = certificateFrom({ fingerprint256: 'AB', subjectaltname: 'DNS:"a.vn\\u002c DNS:b.vn"' }, true);
  expect(certificate?.names).toEqual([]);
});
