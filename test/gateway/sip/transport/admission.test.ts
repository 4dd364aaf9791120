import { describe, expect, it } from 'vitest';
import { admit } from '../../../../gateway/sip/transport/admission.ts';
import type { WireRequest } from '../../../../gateway/sip/transport/wire.ts';

const sdp = 'v=0\r\no=- 1 1 IN IP4 10.0.0.5\r\ns=-\r\nt=0 0\r\n';

function request(over: Partial<WireRequest>, ...headers: [string, string][]): WireRequest {
  const plain: WireRequest = { kind: 'request', method: 'INVITE', uri: 'sip:room1@10.0.0.1', headers: [], body: '' };
  return { ...plain, headers: headers.map(([name, value]) => ({ name, value })), ...over };
}

describe('admitting a request', () => {
  it('lets a plain one through', () => {
    const plain = request({ body: sdp }, ['Content-Type', 'application/sdp']);
    expect(admit(plain)).toMatchObject({ kind: 'request', body: sdp });
    expect(admit(request({ method: 'OPTIONS', body: 'anything' }))).toMatchObject({ body: 'anything' });
  });

  it('refuses other schemes with 416 and unknown extensions with 420', () => {
    expect(admit(request({ uri: 'tel:+8428' }))).toMatchObject({ status: 416 });
    expect(admit(request({}, ['Require', 'timer, 100rel, precondition']))).toMatchObject({
      status: 420,
      extra: [{ name: 'Unsupported', value: 'precondition' }],
    });
    expect(admit(request({ method: 'CANCEL' }, ['Require', '100rel']))).toMatchObject({ kind: 'request' });
  });

  it('finds the description in a multipart body', () => {
    const body = [
      '--b1',
      'Content-Type: application/isup',
      '',
      'xx',
      '--b1',
      'Content-Type: application/sdp',
      '',
      sdp.trimEnd(),
      '--b1--',
      '',
    ].join('\r\n');
    const admitted = admit(
      request({ body }, ['Content-Type', 'multipart/mixed;boundary="b1"'], ['MIME-Version', '1.0']),
    );
    expect(admitted).toEqual(request({ body: sdp }, ['Content-Type', 'application/sdp']));
  });

  it('refuses a body it cannot read with 415, but takes an optional one for none', () => {
    expect(admit(request({ body: 'x' }, ['Content-Type', 'application/isup']))).toMatchObject({ status: 415 });
    const noSdpPart = request({ body: '--b\r\nContent-Type: a/b\r\n\r\nx\r\n--b--' }, [
      'Content-Type',
      'multipart/mixed;boundary=b',
    ]);
    expect(admit(noSdpPart)).toMatchObject({ status: 415 });
    const packed = request({ body: sdp }, ['Content-Type', 'application/sdp'], ['Content-Encoding', 'gzip']);
    expect(admit(packed)).toMatchObject({ status: 415 });
    const optional: [string, string] = ['Content-Disposition', 'render;handling=optional'];
    expect(admit(request({ body: 'x' }, ['Content-Type', 'text/plain'], optional))).toMatchObject({ body: '' });
  });

  it('never stands in the way of an ACK, which could not be answered', () => {
    const ack = request({ method: 'ACK', body: 'x' }, ['Content-Type', 'text/plain'], ['Require', '100rel']);
    expect(admit(ack)).toMatchObject({ kind: 'request', body: '' });
  });
});
