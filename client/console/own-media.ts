import type { Command, Verb } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { RoomState } from '../../server/protocol/records.ts';
import type { CaptureProblem } from '../media/capture.ts';
import type { ConsoleDevices } from './ports.ts';

/** What it needs of the operator whose devices they are; `Operator` fits. */
export interface Owner {
  readonly session: { readonly participantId: ParticipantId };
  readonly room: RoomState;
  may(verb: Verb, targetId?: ParticipantId): boolean;
  /** Resolves to whether it was done. */
  run(command: Command): Promise<boolean>;
}

/** Tells the operator why a device could not be opened. */
export type TellProblem = (source: 'camera' | 'microphone', problem: CaptureProblem) => void;

/**
 * The operator's own microphone and camera. As everyone's, the microphone is gated at the server: it is captured only
 * while its gate is open, so that neither the browser nor the room keeps an ear at the console. The devices are the page's.
 */
export class OwnMedia {
  readonly devices: ConsoleDevices;
  readonly #operator: Owner;
  readonly #tellProblem: TellProblem;

  constructor(operator: Owner, devices: ConsoleDevices, tellProblem: TellProblem) {
    this.#operator = operator;
    this.devices = devices;
    this.#tellProblem = tellProblem;
  }

  get isOpen(): boolean {
    return this.#operator.room.participants[this.#id]?.gate === 'open';
  }

  /** Everyone hears the operator; an open gate alone, as after a reload, is not enough. */
  get isHeard(): boolean {
    return this.isOpen && this.devices.tracks.microphone !== null;
  }

  /** Silencing oneself is always possible; only opening needs the server. */
  get mayToggleMicrophone(): boolean {
    return this.isHeard || this.#operator.may('openMicrophone', this.#id);
  }

  async toggleMicrophone(): Promise<void> {
    if (this.devices.opening.microphone || !this.mayToggleMicrophone) return;
    if (this.isHeard) {
      this.devices.closeMicrophone();
      await this.#operator.run({ verb: 'closeMicrophone', participantId: this.#id });
      return;
    }
    if (!this.devices.tracks.microphone) await this.devices.openMicrophone();
    if (!this.devices.tracks.microphone) return this.#tell('microphone');
    const opened = await this.#operator.run({ verb: 'openMicrophone', participantId: this.#id });
    if (!opened && !this.isOpen) this.devices.closeMicrophone();
  }

  /** Seen where the operator's card is put into a tile, or where the speaker is shown while he speaks. */
  async toggleCamera(): Promise<void> {
    if (this.devices.opening.camera) return;
    if (this.devices.tracks.camera) {
      this.devices.closeCamera();
      return;
    }
    await this.devices.openCamera();
    if (!this.devices.tracks.camera) this.#tell('camera');
  }

  get #id(): ParticipantId {
    return this.#operator.session.participantId;
  }

  #tell(source: 'camera' | 'microphone'): void {
    const problem = this.devices.problems[source];
    if (problem) this.#tellProblem(source, problem);
  }
}
