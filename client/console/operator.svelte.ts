import { SvelteSet } from 'svelte/reactivity';
import type { Command, Verb } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Layout, Participant, RoomState, Slot } from '../../server/protocol/records.ts';
import type { FixedLayout } from '../../server/room/geometry.ts';
import { presenterOf } from '../../server/room/layout.ts';
import { may } from '../../server/room/policy.ts';
import { refusalOf } from '../session/refused.ts';
import { notify, notifyRefusal } from '../ui/notices.svelte.ts';
import { sayRefusal } from '../ui/refusals.ts';
import { absentSites, callable } from './call-list.ts';
import { callWords } from './call-words.ts';
import { hasCamera, speakingCamera } from './camera.ts';
import { cameraWords } from './camera-words.ts';
import { OwnMedia, type TellProblem } from './own-media.ts';
import type { ConsoleDevices, ConsoleMedia, ConsoleSession } from './ports.ts';
import { PreviewDraft } from './preview-draft.ts';
import { assign, changeLayout, nextLayout, swapSlots } from './slots.ts';
import { words } from './words.ts';

/** An answer that is there before this needs no spinner. */
const SPINNER_AFTER_MS = 300;

/**
 * What one operator is about to do: the tile selected, and the commands under way. The room itself is the session's.
 */
export class Operator {
  readonly session: ConsoleSession;
  readonly media: ConsoleMedia;
  readonly own: OwnMedia;
  readonly #room: () => RoomState;
  /** The tile of the preview that the next choice goes into. */
  selected: number | null = $state(null);
  /** Whose far-end camera is being moved. */
  framed: ParticipantId | null = $state(null);
  #inHand: Layout | null = $state.raw(null);
  readonly #draft: PreviewDraft;
  readonly #underWay = new Set<string>();
  readonly #slow: SvelteSet<string> = new SvelteSet();

  /** @param room the session's room, read anew at each use */
  constructor(
    session: ConsoleSession,
    media: ConsoleMedia,
    own: { devices: ConsoleDevices; tellProblem: TellProblem },
    room: () => RoomState,
  ) {
    this.session = session;
    this.media = media;
    this.#room = room;
    this.own = new OwnMedia(this, own.devices, own.tellProblem);
    this.#draft = new PreviewDraft(
      (layout) => this.run({ verb: 'editPreview', layout }),
      (layout) => {
        this.#inHand = layout;
      },
    );
  }

  get room(): RoomState {
    return this.#room();
  }

  /** The preview with this operator's own edits, also those that the server has not confirmed yet. */
  get preview(): Layout {
    return this.#inHand ?? this.room.preview.layout;
  }

  /** Derived, so that a change elsewhere in the room does not ask every button again whether it is allowed. */
  readonly isLive: boolean = $derived.by(
    () => this.session.connection.status === 'live' && this.room.status === 'open',
  );
  readonly #self: Participant | undefined = $derived.by(() => this.room.participants[this.session.participantId]);

  /** What the server's clock is ahead of this machine's. */
  get clockAhead(): number {
    return this.session.now() - Date.now();
  }

  may(verb: Verb, targetId?: ParticipantId): boolean {
    const actor = {
      participantId: this.session.participantId,
      role: this.#self?.role ?? 'operator',
      kind: this.#self?.kind ?? 'browser',
    };
    return this.isLive && may(actor, verb, targetId);
  }

  /** Whether a command has been under way for a while. `about` is its target: a participant, a request, a call. */
  isBusy(verb: Verb, about = ''): boolean {
    return this.#slow.has(`${verb} ${about}`);
  }

  /** Sends a command and says a refusal in words. The same command twice at once is one. Resolves to whether it was done. */
  async run(command: Command): Promise<boolean> {
    const key = `${command.verb} ${targetOf(command)}`;
    if (this.#underWay.has(key)) return false;
    this.#underWay.add(key);
    const timer = setTimeout(() => this.#slow.add(key), SPINNER_AFTER_MS);
    try {
      await this.session.command(command);
      return true;
    } catch (thrown) {
      notifyRefusal(refusalOf(thrown), sayRefusal);
      return false;
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(key);
      this.#slow.delete(key);
    }
  }

  /** For buttons: nobody waits for the answer there, and `run` has said what went wrong. */
  readonly send = (command: Command): void => {
    void this.run(command);
  };

  toggleGate(participant: Participant): void {
    if (participant.id === this.session.participantId) {
      void this.own.toggleMicrophone();
      return;
    }
    const verb = participant.gate === 'open' ? 'closeMicrophone' : 'openMicrophone';
    if (this.may(verb, participant.id)) this.send({ verb, participantId: participant.id });
  }

  /** Every absent site that can be called (REG-12: nobody else calls). */
  callAbsent(): void {
    if (!this.may('dialAbsent')) return;
    const { length: n } = callable(absentSites(this.room, () => 0));
    if (n === 0) notify({ text: callWords.nothingToCall });
    else void this.run({ verb: 'dialAbsent' }).then((done) => done && notify({ text: callWords.callingAbsent({ n }) }));
  }

  stopPresenting(): void {
    const presenter = presenterOf(this.room);
    if (!presenter) notify({ text: words.nobodyPresents });
    else if (this.may('stopPresenting', presenter.id))
      this.send({ verb: 'stopPresenting', participantId: presenter.id });
  }

  /** The camera of this participant, or of who speaks. */
  frame(participant = speakingCamera(this.room)): void {
    if (!participant || !hasCamera(participant)) notify({ text: cameraWords.noCamera });
    else if (this.may('moveCamera', participant.id)) this.framed = participant.id;
  }

  select(place: number | null): void {
    this.selected = place === this.selected || !this.preview.slots[place ?? -1] ? null : place;
  }

  /** Puts something into the selected tile of the preview, or into the one named. */
  show(slot: Slot, place: number | null = this.selected): void {
    if (place === null) {
      notify({ text: words.selectFirst });
      return;
    }
    this.#edit(assign(this.preview, place, slot));
    this.selected = null;
  }

  swap(from: number, to: number): void {
    if (from !== to) this.#edit(swapSlots(this.preview, from, to));
  }

  changeLayout(name: FixedLayout): void {
    this.selected = null;
    if (name !== this.preview.name) this.#edit(changeLayout(this.preview, name));
  }

  walkLayouts(step: 1 | -1): void {
    this.changeLayout(nextLayout(this.preview.name, step));
  }

  /** Takes the preview as this operator sees it: own edits first. */
  async take(): Promise<void> {
    if (!this.may('take')) return;
    await this.#draft.settled();
    await this.run({ verb: 'take', version: this.room.preview.version });
  }

  #edit(layout: Layout): void {
    if (this.may('editPreview')) this.#draft.edit(layout);
  }
}

function targetOf(command: Command): string {
  if ('participantId' in command) return command.participantId;
  if ('requestId' in command) return command.requestId;
  if ('callId' in command) return command.callId;
  if ('siteId' in command) return command.siteId;
  if (command.verb === 'dial') return command.address;
  return '';
}
