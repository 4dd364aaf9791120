import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { noticeSchema, producedSchema, type Watched, webRtcTransportOfferSchema } from '../../server/protocol/media.ts';
import { PROTOCOL_VERSION } from '../../server/protocol/version.ts';
import { type Answer, answerSchema, type Welcome } from '../../server/protocol/wire.ts';
import { type Certificate, Connection, type Remote } from './_room-connection.ts';
import { Feedback, SEND_TIME, WIDE_NUMBER } from './_room-feedback.ts';
import { newCamera, newMicrophone, type Shape, SILENCE, type SiteMedia } from './_room-media.ts';

interface Options {
  url: string;
  ticket: string;
  certificate: Certificate;
  /** Of every command and request, until it was answered; ms. */
  acks: number[];
  /** The layers that it sends. Absent: it only watches. */
  camera?: readonly Shape[];
  microphone?: Shape;
}

/** A browser as the server sees one: its socket, its two transports, what it sends, and what its tiles show. */
export class SimulatedSite {
  readonly #options: Options;
  readonly #socket: Socket;
  readonly #connections: Connection[] = [];
  #remotes: { receive?: Remote; send?: Remote } = {};
  #sent: { shape: Shape; ssrc: number }[] = [];
  #welcome: Welcome | undefined;
  #signalled = 0;
  #feedback: Feedback | undefined;

  constructor(options: Options) {
    this.#options = options;
    const { url, ticket } = options;
    const auth = { ticket, version: PROTOCOL_VERSION };
    this.#socket = io(`${url}/room`, {
      auth,
      transports: ['websocket'],
      rejectUnauthorized: false,
      forceNew: true,
      autoConnect: false,
      timeout: 60_000,
    });
    this.#socket.on('notice', (raw) => this.#noticed(raw));
    this.#socket.io.on('open', () => {
      this.#socket.io.engine.on('packet', ({ data }) => {
        this.#signalled += String(data ?? '').length;
      });
    });
  }

  get id(): string {
    return this.#welcome?.participantId ?? '';
  }

  /** Octets that came down to it, media and signalling. */
  get received(): number {
    return this.#signalled + this.#connections.reduce((sum, { received }) => sum + received, 0);
  }

  /** What a page does from the click to the moment when only packets are missing. */
  async join(program: readonly Watched[]): Promise<void> {
    this.#welcome = await new Promise<Welcome>((resolve, reject) => {
      this.#socket.once('welcome', resolve);
      this.#socket.once('connect_error', reject);
      this.#socket.connect();
    });
    const { routerRtpCapabilities } = this.#welcome;
    const { codecs, headerExtensions } = routerRtpCapabilities;
    const rtpCapabilities = { codecs, headerExtensions };
    const [receive] = await Promise.all([
      this.#openTransport('receive'),
      this.request({ request: 'setRtpCapabilities', rtpCapabilities }),
    ]);
    this.#remotes = { receive };
    await this.watch(program);
    const { camera, microphone = SILENCE } = this.#options;
    if (!camera) return;
    const send = await this.#openTransport('send');
    this.#remotes = { receive, send };
    await this.#produce(send.transportId, 'camera', camera);
    await this.#produce(send.transportId, 'microphone', [microphone]);
  }

  /** Packets pass from here on. Apart from `join`: what a handshake costs a site it costs there, not on the server's machine. */
  async begin(media: SiteMedia): Promise<void> {
    const { receive, send } = this.#remotes;
    if (receive) await this.#receive(receive);
    if (!send) return;
    const connection = await Connection.open(send, this.#options.certificate);
    this.#connections.push(connection);
    for (const { shape, ssrc } of this.#sent) media.add(shape, ssrc, connection);
  }

  async #receive(remote: Remote): Promise<void> {
    const connection = await Connection.open(remote, this.#options.certificate);
    this.#connections.push(connection);
    const srtp = connection.protector();
    const ids = { sendTime: this.#idOf(SEND_TIME), wideNumber: this.#idOf(WIDE_NUMBER) };
    const feedback = new Feedback(ids, (rtcp) => connection.send(srtp.protectRtcp(rtcp)));
    connection.onRtp = (packet) => feedback.heard(packet);
    this.#feedback = feedback;
  }

  #idOf(uri: string): number {
    const { headerExtensions = [] } = this.#welcome?.routerRtpCapabilities ?? {};
    return z.object({ preferredId: z.number() }).parse(headerExtensions.find((one) => one.uri === uri)).preferredId;
  }

  watch(pictures: readonly Watched[]): Promise<unknown> {
    return this.request({ request: 'watch', pictures: pictures.filter(({ from }) => from.participantId !== this.id) });
  }

  command(command: object): Promise<unknown> {
    return this.#ask('command', command);
  }

  request(request: object): Promise<unknown> {
    return this.#ask('request', request);
  }

  close(): void {
    this.#feedback?.close();
    this.#socket.disconnect();
    for (const connection of this.#connections) connection.close();
  }

  async #ask(name: 'command' | 'request', message: object): Promise<unknown> {
    const begun = performance.now();
    const answer: Answer = answerSchema.parse(await this.#socket.timeout(30_000).emitWithAck(name, message));
    this.#options.acks.push(performance.now() - begun);
    if (!answer.ok) throw new Error(`${JSON.stringify(message).slice(0, 80)}: ${answer.refusal.code}`);
    return answer.result;
  }

  async #openTransport(direction: 'send' | 'receive') {
    const offer = webRtcTransportOfferSchema.parse(await this.request({ request: 'openTransport', direction }));
    const { transportId } = offer;
    const dtlsParameters = { role: 'client', fingerprints: [this.#options.certificate.fingerprint] };
    await this.request({ request: 'connectTransport', transportId, dtlsParameters });
    return offer as typeof offer & Remote;
  }

  async #produce(transportId: string, source: 'camera' | 'microphone', layers: readonly Shape[]) {
    const { ssrcs, rtpParameters } = source === 'camera' ? newCamera() : newMicrophone();
    const stream = { kind: source === 'camera' ? 'video' : 'audio', sent: { source }, rtpParameters };
    producedSchema.parse(await this.request({ request: 'produce', transportId, ...stream }));
    for (const [layer, shape] of layers.entries()) this.#sent.push({ shape, ssrc: ssrcs[layer] ?? 0 });
  }

  #noticed(raw: unknown): void {
    const notice = noticeSchema.parse(raw);
    if (notice.notice !== 'consumerOpened') return;
    // Gone again meanwhile: nothing is to be done then.
    this.request({ request: 'resumeConsumer', consumerId: notice.consumerId }).catch(() => undefined);
  }
}
