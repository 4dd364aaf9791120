/** What the pages of all peers of `lines` have in common. */
declare global {
  interface Window {
    /** See `Answer` in `_peer-pages.ts`. */
    ask(what: string, about: unknown): Promise<unknown>;
    joinPeerRoom(): Promise<void>;
    receiveFrom(name: string): Promise<void>;
  }
}

export async function openDevices(): Promise<{ camera: MediaStreamTrack; microphone: MediaStreamTrack }> {
  const devices = await navigator.mediaDevices.getUserMedia({ audio: true, video: { height: 360 } });
  const [camera, microphone] = [devices.getVideoTracks()[0], devices.getAudioTracks()[0]];
  if (!camera || !microphone) throw new Error('no devices');
  return { camera, microphone };
}

/** Where `beginWitness` looks for it. @returns shows and plays one more track of the same participant */
export function openTile(name: string): (track: MediaStreamTrack) => void {
  const tile = Object.assign(document.createElement('div'), { className: 'tile', textContent: name });
  const stage = Object.assign(document.createElement('div'), { className: 'stage' });
  stage.append(tile);
  document.body.append(stage);
  return (track) => {
    const kind = track.kind === 'audio' ? 'audio' : 'video';
    const element = Object.assign(document.createElement(kind), {
      autoplay: true,
      srcObject: new MediaStream([track]),
    });
    tile.append(element);
    // It plays when something comes.
    void element.play();
  };
}
