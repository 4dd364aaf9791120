import GLib from 'gi://GLib?version=2.0';
import type { LegContract, LegEvent } from '../leg-protocol.ts';
import type { JobCommands } from '../protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { audioMixers } from './legs/leg-audio.ts';
import { ownFingerprint } from './legs/leg-dtls.ts';
import { type LegPicture, milliseconds, type OpenedLeg, openLeg } from './legs/leg-opened.ts';
import { mixersBegun } from './mixes/steady-mixer.ts';
import { residentBytes } from './pipeline.ts';

/** One SIP call's media, see `leg-protocol.ts`. */
export function start(emit: Emit<LegEvent>): RunningJob {
  let leg: OpenedLeg | undefined;
  const standing = () => leg ?? refuse('notOpen', 'open comes first');
  const opened = () => {
    standing().hurry();
    return standing();
  };
  const audioOf = () => opened().audio ?? refuse('noAudio', 'this leg was opened without audio');
  const videoOf = () => opened().video ?? refuse('noVideo', 'this leg was opened without video');
  const contentOf = () => opened().content ?? refuse('noContent', 'this leg was opened without content');
  const cameraOf = () => opened().camera ?? refuse('noCamera', 'this leg was opened without camera control');
  const commands: JobCommands<LegContract> = {
    async open(params) {
      if (leg !== undefined) refuse('alreadyOpen', 'a leg is opened once');
      leg = openLeg(params, emit);
      if (params.audio) await mixersBegun(leg.pipeline, audioMixers);
      return {
        audioPort: leg.audio?.medium.endpoint.port,
        videoPort: leg.video?.medium.endpoint.port,
        contentPort: leg.content?.medium.endpoint.port,
        cameraPort: leg.camera?.endpoint.port,
        fingerprint: ownFingerprint(),
      };
    },
    connectEndpoint({ audio, video, content, camera }) {
      if (audio !== undefined) audioOf();
      if (video !== undefined) videoOf();
      if (content !== undefined) contentOf();
      if (camera !== undefined) cameraOf();
      opened().audio?.part.connect(audio);
      opened().video?.part.connect(video);
      opened().content?.part.connect(content);
      opened().camera?.connect(camera);
      return {};
    },
    sendAudio: (output) => ({ rtpPort: audioOf().part.sendToServer(output) }),
    sendVideo: (output) => ({ rtpPort: videoOf().part.sendToServer(output) }),
    receiveAudio: (input) => ({ rtpPort: audioOf().part.receiveFromServer(input) }),
    receiveVideo: (input) => ({ rtpPort: videoOf().part.receiveFromServer(input) }),
    sendContent: (output) => ({ rtpPort: contentOf().part.sendToServer(output) }),
    receiveContent: (input) => ({ rtpPort: contentOf().part.receiveFromServer(input) }),
    setWanted(wanted) {
      videoOf().part.setWanted(wanted);
      return {};
    },
    setMicrophone({ open }) {
      audioOf().part.setMicrophone(open);
      return {};
    },
    still: async () => ({ jpeg: await videoOf().part.still(milliseconds()) }),
    sendCamera({ payload }) {
      if (!cameraOf().send(GLib.base64_decode(payload))) refuse('noCamera', 'the endpoint takes no camera control');
      return {};
    },
    play({ file, loop }) {
      audioOf().part.prompt.play(file, loop);
      return {};
    },
    stopPlaying() {
      opened().audio?.part.prompt.stop();
      return {};
    },
    loopBack({ delayMs, forMs }) {
      audioOf().part.loop.start(delayMs, forMs);
      return {};
    },
    hold({ on, text }) {
      opened().audio?.part.hold(on);
      opened().video?.part.hold(on, text);
      opened().content?.part.hold(on, undefined);
      return {};
    },
    requestKeyFrame() {
      opened().video?.part.requestKeyFrame();
      opened().content?.part.requestKeyFrame();
      return {};
    },
    stats() {
      const { audio, video, content, camera } = standing();
      const now = milliseconds();
      return {
        audio: audio && { ...audio.medium.endpoint.stats(now), loopMs: audio.part.loop.centreMs },
        video: video && pictureStats(video, now),
        content: content && pictureStats(content, now),
        camera: camera?.endpoint.stats(now),
        showing: video?.part.showing ?? 'slide',
        residentBytes: residentBytes(),
      };
    },
  };
  return { commands, unhurried: ['still'], close: () => leg?.close() };
}

function pictureStats({ medium, part }: LegPicture, now: number) {
  return { ...medium.endpoint.stats(now), transcoding: part.transcoding };
}

function refuse(code: string, message: string): never {
  throw new JobFailure(code, message);
}
