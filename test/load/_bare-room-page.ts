/** What a page of a bare room does: it sends its camera in layers and its microphone, and shows what the other one sends. */
import { Device, type types } from 'mediasoup-client';
import { cameraEncodings } from '../../client/media/encodings.ts';
import { openDevices, openTile } from './_peer-page.ts';

const device = new Device();

window.joinPeerRoom = async () => {
  await device.load({ routerRtpCapabilities: (await window.ask('capabilities', {})) as types.RtpCapabilities });
  const transport = device.createSendTransport(await openTransport());
  connecting(transport);
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    window
      .ask('produce', { transportId: transport.id, kind, rtpParameters })
      .then((id) => done({ id: String(id) }), failed);
  });
  const { camera, microphone } = await openDevices();
  await transport.produce({ track: microphone, codecOptions: { opusDtx: true, opusFec: true } });
  await transport.produce({ track: camera, encodings: cameraEncodings(camera.getSettings().height ?? 360) });
};

window.receiveFrom = async (name) => {
  const transport = device.createRecvTransport(await openTransport());
  connecting(transport);
  const { recvRtpCapabilities: rtpCapabilities } = device;
  const offers = await window.ask('consume', { transportId: transport.id, rtpCapabilities });
  const show = openTile(name);
  for (const offer of offers as types.ConsumerOptions[]) {
    const { track } = await transport.consume({ ...offer, streamId: 'other' });
    show(track);
  }
  await window.ask('resume', {});
};

async function openTransport(): Promise<types.TransportOptions> {
  return (await window.ask('openTransport', {})) as types.TransportOptions;
}

function connecting(transport: types.Transport): void {
  transport.on('connect', ({ dtlsParameters }, done, failed) => {
    window.ask('connect', { transportId: transport.id, dtlsParameters }).then(() => done(), failed);
  });
}
