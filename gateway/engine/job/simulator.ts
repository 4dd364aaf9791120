import GLib from 'gi://GLib?version=2.0';
import Gst from 'gi://Gst?version=1.0';
import type { JobCommands } from '../protocol.ts';
import type { SimulatorContract, SimulatorEvent } from '../simulator-protocol.ts';
import { type Emit, JobFailure, type RunningJob } from './job.ts';
import { watchBus } from './pipeline.ts';
import { Site } from './simulators/simulator-site.ts';
import { loadVoice, type Voice } from './simulators/simulator-voice.ts';

/** Milliseconds between two drawings of what moves. */
const drawMs = 66;

/** Simulated sites, see `simulator-protocol.ts`. */
export function start(emit: Emit<SimulatorEvent>): RunningJob {
  const sites = new Map<string, Site>();
  const voices = new Map<string, Voice>();
  const pipeline = new Gst.Pipeline({ name: 'sites' });
  pipeline.use_clock(Gst.SystemClock.obtain());
  const unwatch = watchBus(pipeline, {
    onError: ({ source, message }) => emit({ event: 'error', code: 'pipeline', message: `${source}: ${message}` }),
  });
  pipeline.set_state(Gst.State.PLAYING);
  const timer = GLib.timeout_add(GLib.PRIORITY_DEFAULT, drawMs, () => {
    const time = secondsOfDay();
    for (const site of sites.values()) site.draw(time);
    return true;
  });
  const siteOf = (siteId: string) => {
    const site = sites.get(siteId);
    if (site === undefined) throw new JobFailure('siteUnknown', siteId);
    return site;
  };
  const voiceOf = (path: string) => {
    const voice = voices.get(path) ?? loadVoice(path);
    voices.set(path, voice);
    return voice;
  };
  const commands: JobCommands<SimulatorContract> = {
    addSite(params) {
      if (sites.has(params.siteId)) throw new JobFailure('siteExists', params.siteId);
      const site = new Site(pipeline, params, voiceOf(params.voice));
      sites.set(params.siteId, site);
      return site.ports;
    },
    removeSite({ siteId }) {
      siteOf(siteId).close();
      sites.delete(siteId);
      return {};
    },
    speak({ siteId, on }) {
      siteOf(siteId).speak(on);
      return {};
    },
  };
  return {
    commands,
    close() {
      GLib.source_remove(timer);
      unwatch();
      for (const site of sites.values()) site.close();
      pipeline.set_state(Gst.State.NULL);
    },
  };
}

function secondsOfDay(): number {
  const now = new Date();
  return now.getHours() * 3600 + now.getMinutes() * 60 + now.getSeconds() + now.getMilliseconds() / 1000;
}
