import type { Sighting } from './_latency-page.ts';

/**
 * What a browser needs by itself, in a page of it: its camera through a bare pair of peer connections. Answers with the time
 * from the offer to the first frame, in ms, and with the numbers that are read for `readMs` thereafter, where pages have them.
 */
export async function barePair(readMs: number): Promise<{ firstFrameMs: number; seen: Sighting[] }> {
  const camera = await navigator.mediaDevices.getUserMedia({ video: true });
  const video = Object.assign(document.createElement('video'), { muted: true });
  document.body.append(video);
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const begun = performance.now();
  const shown = new Promise<number>((resolve) => video.requestVideoFrameCallback((now) => resolve(now - begun)));
  sender.onicecandidate = ({ candidate }) => void receiver.addIceCandidate(candidate ?? undefined);
  receiver.onicecandidate = ({ candidate }) => void sender.addIceCandidate(candidate ?? undefined);
  receiver.ontrack = ({ track }) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  };
  for (const track of camera.getTracks()) sender.addTrack(track, camera);
  await sender.setLocalDescription();
  if (sender.localDescription) await receiver.setRemoteDescription(sender.localDescription);
  await receiver.setLocalDescription();
  if (receiver.localDescription) await sender.setRemoteDescription(receiver.localDescription);
  const firstFrameMs = await shown;
  const seen = readMs > 0 ? await window.readNumbers(video, readMs) : [];
  for (const connection of [sender, receiver]) connection.close();
  for (const track of camera.getTracks()) track.stop();
  video.remove();
  return { firstFrameMs, seen };
}
