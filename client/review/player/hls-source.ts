import type Hls from 'hls.js';

export interface PlayedSource {
  /** A playlist (RFC 8216), or one file with ranges. */
  url: string;
  form: 'hls' | 'file';
  /** Where to begin, in seconds of the player; undefined: at the beginning, or live where it still runs. */
  startAt?: number | undefined;
  onfail: () => void;
}

/** Times that a decoder may be started anew before the recording counts as unplayable. */
const RECOVERIES = 3;

/**
 * Gives the element what it shall play, until the answered function is called. Safari plays HLS itself and better than
 * through its MediaSource; for the others a player is loaded when it is needed first.
 */
export function attachSource(video: HTMLVideoElement, source: PlayedSource): () => void {
  if (source.form === 'file' || hasOwnHls()) return attachDirectly(video, source);
  let closed = false;
  let hls: Hls | undefined;
  void import('hls.js/light').then(
    ({ default: Player }) => {
      if (!closed) hls = attachPlayer(Player, video, source);
    },
    () => closed || source.onfail(),
  );
  return () => {
    closed = true;
    hls?.destroy();
  };
}

/** Chromium answers `maybe` for HLS as well, but its own is not as good at jumping. */
function hasOwnHls(): boolean {
  return 'ManagedMediaSource' in globalThis || !('MediaSource' in globalThis);
}

function attachDirectly(video: HTMLVideoElement, { url, startAt, onfail }: PlayedSource): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  video.addEventListener('error', onfail, { signal });
  const begin = () => {
    if (startAt !== undefined) video.currentTime = startAt;
  };
  video.addEventListener('loadedmetadata', begin, { signal, once: true });
  video.src = url;
  return () => {
    stop.abort();
    video.removeAttribute('src');
    video.load();
  };
}

function attachPlayer(Player: typeof Hls, video: HTMLVideoElement, { url, startAt, onfail }: PlayedSource): Hls {
  const hls = new Player({
    // The fragments need no repacking, so that a worker would only cost.
    enableWorker: false,
    startPosition: startAt ?? -1,
    maxBufferLength: 30,
    backBufferLength: 60,
  });
  let recoveries = 0;
  hls.on(Player.Events.ERROR, (_event, { fatal, type }) => {
    if (!fatal) return;
    recoveries += 1;
    if (type !== Player.ErrorTypes.MEDIA_ERROR || recoveries > RECOVERIES) onfail();
    else hls.recoverMediaError();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return hls;
}
