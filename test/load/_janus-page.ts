/** What a page of a room of Janus does: the same as one of a bare room, with nothing but what the browser has. */
import { cameraEncodings } from '../../client/media/encodings.ts';
import { openDevices, openTile } from './_peer-page.ts';

window.joinPeerRoom = async () => {
  const connection = new RTCPeerConnection();
  const { camera, microphone } = await openDevices();
  connection.addTransceiver(microphone, { direction: 'sendonly' });
  // Janus takes the first for the best one.
  const layers = cameraEncodings(camera.getSettings().height ?? 360).reverse();
  const sendEncodings = layers.map((layer, index) => ({ ...layer, rid: `r${index}` }));
  connection.addTransceiver(camera, { direction: 'sendonly', sendEncodings });
  await connection.setLocalDescription();
  const answer = await window.ask('publish', await described(connection));
  await connection.setRemoteDescription(answer as RTCSessionDescriptionInit);
  // Nobody can subscribe to it before.
  await until(connection, 'connectionstatechange', () => connection.connectionState === 'connected');
};

window.receiveFrom = async (name) => {
  const connection = new RTCPeerConnection();
  const show = openTile(name);
  connection.addEventListener('track', ({ track }) => show(track));
  const offer = await window.ask('subscribe', {});
  await connection.setRemoteDescription(offer as RTCSessionDescriptionInit);
  await connection.setLocalDescription();
  await window.ask('start', await described(connection));
};

/** With all its candidates. */
async function described(connection: RTCPeerConnection): Promise<{ type: string; sdp: string }> {
  await until(connection, 'icegatheringstatechange', () => connection.iceGatheringState === 'complete');
  const { type, sdp } = connection.localDescription ?? { type: '', sdp: '' };
  return { type, sdp };
}

function until(connection: RTCPeerConnection, event: string, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => isSo() && resolve();
    connection.addEventListener(event, look);
    look();
  });
}
