import { SvelteSet } from 'svelte/reactivity';
import type { Command, Verb } from '../../server/protocol/commands.ts';
import type { ParticipantId } from '../../server/protocol/ids.ts';
import type { Layout, OwnAudience, Participant, RoomState, Slot } from '../../server/protocol/records.ts';
import { isSameLayout } from '../../server/room/geometry.ts';
import { presenterOf, tilesOf } from '../../server/room/layout.ts';
import { may } from '../../server/room/policy.ts';
import { Talk } from '../chat/talk.svelte.ts';
import { tellRefusal } from '../session/tell-refusal.ts';
import { notify } from '../ui/notices.svelte.ts';
import { absentSites, callable } from './calls/call-list.ts';
import { callWords } from './calls/call-words.ts';
import { hasCamera, speakingCamera } from './camera/camera.ts';
import { cameraWords } from './camera/camera-words.ts';
import { Draft } from './layouts/draft.ts';
import { pictureWords } from './layouts/picture-words.ts';
import {
  assign,
  type Choice,
  changeLayout,
  choiceOf,
  fitSlot,
  nextChoice,
  swapSlots,
  withoutSites,
} from './layouts/slots.ts';
import { OwnMedia, type TellProblem } from './own-media.ts';
import type { ConsoleDevices, ConsoleMedia, ConsoleSession } from './ports.ts';
import { TypedNumber } from './typed-number.ts';
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
  readonly talk: Talk;
  readonly #room: () => RoomState;
  /** The tile of the preview that the next choice goes into. */
  selected: number | null = $state(null);
  /** Whose far-end camera is being moved. */
  framed: ParticipantId | null = $state(null);
  #inHand: Layout | null = $state.raw(null);
  readonly #draft: Draft<Layout>;
  readonly #typed = new TypedNumber();
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
    this.talk = new Talk(session);
    this.own = new OwnMedia(this, own.devices, own.tellProblem);
    this.#draft = new Draft<Layout>(
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
      tellRefusal(thrown);
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

  /** A figure typed for a tile's number: two of them right after one another are one number. */
  selectByFigure(figure: number): void {
    const meant = this.#typed.type(figure, this.preview.slots.length, performance.now());
    if (meant !== null) this.select(meant - 1);
  }

  /** Puts something into the selected tile of the preview, or into the one named. */
  show(slot: Slot, place: number | null = this.selected): void {
    if (place === null) {
      notify({ text: this.preview.name === 'auto' ? words.noTileToSelect : words.selectFirst });
      return;
    }
    this.#edit(assign(this.preview, place, slot));
    this.selected = null;
  }

  /** Fills the selected tile where its picture was wholly seen, and the other way round. */
  turnFit(): void {
    const place = this.selected;
    if (place === null) {
      notify({ text: this.preview.name === 'auto' ? words.noTileToSelect : words.selectFirst });
      return;
    }
    const fit = tilesOf(this.preview, this.room)[place]?.fit === 'cover' ? 'contain' : 'cover';
    this.#edit(fitSlot(this.preview, place, fit));
  }

  swap(from: number, to: number): void {
    if (from !== to) this.#edit(swapSlots(this.preview, from, to));
  }

  changeLayout(choice: Choice): void {
    this.selected = null;
    if (choice !== choiceOf(this.preview)) this.#edit(changeLayout(this.preview, choice));
  }

  walkLayouts(step: 1 | -1): void {
    this.changeLayout(nextChoice(choiceOf(this.preview), step));
  }

  /** Prepares a whole layout: one of the house's, or somebody's own. Sites that are not of this meeting are left out. */
  prepare(layout: Layout): void {
    this.selected = null;
    const known = withoutSites(layout, (id) => this.room.participants[id] !== undefined);
    if (!isSameLayout(known, this.preview)) this.#edit(known);
  }

  /** Takes the preview as this operator sees it, own edits first: for everyone, or as the picture of some alone. */
  async take(audience?: OwnAudience): Promise<void> {
    if (!this.may('take')) return;
    await this.#draft.settled();
    const { version } = this.room.preview;
    const done = await this.run({ verb: 'take', version, ...(audience === undefined ? {} : { audience }) });
    if (done && audience !== undefined) notify({ text: pictureWords.takenFor({ who: nameOf(this.room, audience) }) });
  }

  followProgram(audience: OwnAudience): void {
    if (this.may('followProgram')) this.send({ verb: 'followProgram', audience });
  }

  #edit(layout: Layout): void {
    if (this.may('editPreview')) this.#draft.edit(layout);
  }
}

/** Who has, or may have, a picture of his own. */
export function nameOf(room: RoomState, audience: OwnAudience): string {
  return audience === 'codecs' ? pictureWords.codecs : (room.participants[audience]?.name ?? audience);
}

function targetOf(command: Command): string {
  if ('audience' in command) return command.audience ?? '';
  if ('participantId' in command) return command.participantId;
  if ('requestId' in command) return command.requestId;
  if ('incidentId' in command) return command.incidentId;
  if ('callId' in command) return command.callId;
  if ('siteId' in command) return command.siteId;
  if (command.verb === 'dial') return command.address;
  return '';
}
