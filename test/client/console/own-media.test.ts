import { describe, expect, it } from 'vitest';
import { type Owner, OwnMedia } from '../../../client/console/own-media.ts';
import type { ConsoleDevices } from '../../../client/console/ports.ts';
import type { Command } from '../../../server/protocol/commands.ts';
import type { Participant } from '../../../server/protocol/records.ts';
import { participant, room } from './rooms.ts';

type Captured = 'camera' | 'microphone';

/** The console's devices, with tracks that are only there or not. */
class FakeDevices implements ConsoleDevices {
  readonly tracks: Record<Captured, MediaStreamTrack | null> = { camera: null, microphone: null };
  readonly problems: { camera: 'denied' | null; microphone: 'denied' | null } = { camera: null, microphone: null };
  readonly opening = { camera: false, microphone: false };
  readonly broken: boolean;
  constructor(broken: boolean) {
    this.broken = broken;
  }
  openCamera = async () => this.#open('camera');
  openMicrophone = async () => this.#open('microphone');
  closeCamera = () => {
    this.tracks.camera = null;
  };
  closeMicrophone = () => {
    this.tracks.microphone = null;
  };
  #open(source: Captured) {
    if (this.broken) this.problems[source] = 'denied';
    else this.tracks[source] = { kind: 'audio' } as MediaStreamTrack;
  }
}

function sit(self: Partial<Participant> = {}, given: { broken?: boolean; refused?: boolean } = {}) {
  const asked: Command[] = [];
  const told: string[] = [];
  const operator = {
    session: { participantId: 'op' },
    room: room([participant('op', { role: 'operator', ...self })]),
    may: () => true,
    run: async (command: Command) => {
      asked.push(command);
      const gate = command.verb === 'openMicrophone' ? 'open' : 'closed';
      if (!given.refused) operator.room = room([participant('op', { role: 'operator', gate })]);
      return !given.refused;
    },
  } satisfies Owner;
  const devices = new FakeDevices(given.broken ?? false);
  const own = new OwnMedia(operator, devices, (source, problem) => told.push(`${source} ${problem}`));
  return { own, devices, told, asked: () => asked.map(({ verb }) => verb) };
}

describe('OwnMedia', () => {
  it('captures first, then asks for the gate; closes both', async () => {
    const { own, devices, asked } = sit();
    await own.toggleMicrophone();
    expect(own.isHeard).toBe(true);
    await own.toggleMicrophone();
    expect(devices.tracks.microphone).toBeNull();
    expect(asked()).toEqual(['openMicrophone', 'closeMicrophone']);
  });
  it('says why there is no microphone, and leaves the gate alone', async () => {
    const { own, told, asked } = sit({}, { broken: true });
    await own.toggleMicrophone();
    expect(asked()).toEqual([]);
    expect(told).toEqual(['microphone denied']);
  });
  it('lets go of the microphone where the gate stays shut', async () => {
    const { own, devices } = sit({}, { refused: true });
    await own.toggleMicrophone();
    expect(devices.tracks.microphone).toBeNull();
  });
  it('is not heard through an open gate without a microphone, and can be', async () => {
    const { own } = sit({ gate: 'open' });
    expect(own.isHeard).toBe(false);
    await own.toggleMicrophone();
    expect(own.isHeard).toBe(true);
  });
  it('switches the camera without asking anyone', async () => {
    const { own, devices, asked } = sit();
    await own.toggleCamera();
    expect(devices.tracks.camera).not.toBeNull();
    await own.toggleCamera();
    expect([devices.tracks.camera, asked()]).toEqual([null, []]);
  });
});
