/** What a page of a bare room does: it sends its camera in layers and its microphone, and shows what the other one sends. */
import { Device, type types } from 'mediasoup-client';
import { cameraEncodings } from '../../client/media/encodings.ts';

declare global {
  interface Window {
    /** Of the room, in the words of `_bare-room.ts`. */
    ask(what: string, about: unknown): Promise<unknown>;
    joinBareRoom(): Promise<void>;
    receiveBare(name: string): Promise<void>;
  }
}

const device = new Device();

window.joinBareRoom = async () => {
  await device.load({ routerRtpCapabilities: (await window.ask('capabilities', {})) as types.RtpCapabilities });
  const transport = device.createSendTransport(await openTransport());
  connecting(transport);
  transport.on('produce', ({ kind, rtpParameters }, done, failed) => {
    window
      .ask('produce', { transportId: transport.id, kind, rtpParameters })
      .then((id) => done({ id: String(id) }), failed);
  });
  const devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: { height: 360 } });
  const [camera, microphone] = [devices.getVideoTracks()[0], devices.getAudioTracks()[0]];
  if (!camera || !microphone) throw new Error('no devices');
  await transport.produce({ track: microphone, codecOptions: { opusDtx: true, opusFec: true } });
  await transport.produce({ track: camera, encodings: cameraEncodings(camera.getSettings().height ?? 360) });
};

window.receiveBare = async (name) => {
  const transport = device.createRecvTransport(await openTransport());
  connecting(transport);
  const { recvRtpCapabilities: rtpCapabilities } = device;
  const offers = await window.ask('consume', { transportId: transport.id, rtpCapabilities });
  const tile = Object.assign(document.createElement('div'), { className: 'tile', textContent: name });
  const stage = Object.assign(document.createElement('div'), { className: 'stage' });
  stage.append(tile);
  document.body.append(stage);
  for (const offer of offers as types.ConsumerOptions[]) {
    const { track, kind } = await transport.consume({ ...offer, streamId: 'other' });
    const element = Object.assign(document.createElement(kind), {
      autoplay: true,
      srcObject: new MediaStream([track]),
    });
    tile.append(element);
    // It plays when something comes.
    void element.play();
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
