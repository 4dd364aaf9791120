import { expect, it } from 'vitest';
import { type LayerSender, Layers } from '../../../client/media/layers.ts';

/** A sender as browsers have it: parameters are good for one change, and a change takes a while. */
class SlowSender implements LayerSender {
  readonly told: string[] = [];
  refuses = false;
  #active = [true, true, true];
  #transaction = 0;

  negotiate(): void {
    this.#active = [true, true, true];
  }

  getParameters(): RTCRtpSendParameters {
    this.#transaction += 1;
    const encodings = this.#active.map((active) => ({ active }));
    return { transactionId: String(this.#transaction), encodings, codecs: [], headerExtensions: [], rtcp: {} };
  }

  async setParameters({ transactionId, encodings }: RTCRtpSendParameters): Promise<void> {
    if (this.refuses || transactionId !== String(this.#transaction)) throw new Error('InvalidModificationError');
    await new Promise((resolve) => setImmediate(resolve));
    this.#active = encodings.map(({ active }) => active ?? true);
    this.told.push(this.#active.map(Number).join(''));
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

it('encodes the largest only while anyone receives it, the smaller ones always', async () => {
  const sender = new SlowSender();
  const layers = new Layers(sender);
  layers.set([0, 2]);
  await settled();
  layers.set([]);
  await settled();
  layers.set([0]);
  await settled();
  layers.set([2]);
  await settled();
  expect(sender.told).toEqual(['110', '111']);
});

it('changes one after the other, and ends with what was said last', async () => {
  const sender = new SlowSender();
  const layers = new Layers(sender);
  for (const wanted of [[], [1], [2], [1, 2]]) layers.set(wanted);
  await settled();
  expect(sender.told.at(-1)).toBe('111');
  layers.set([]);
  layers.set('all');
  await settled();
  expect(sender.told.at(-1)).toBe('111');
});

it('asks for more by another bit rate of the smallest, and changes nothing else', async () => {
  const first = [
    { maxBitrate: 150_000, scaleResolutionDownBy: 4 },
    { maxBitrate: 500_000, scaleResolutionDownBy: 2 },
  ];
  let encodings: RTCRtpEncodingParameters[] = first;
  const layers = new Layers({
    getParameters: () => ({ transactionId: '', encodings, codecs: [], headerExtensions: [], rtcp: {} }),
    setParameters: async (parameters) => {
      encodings = parameters.encodings;
    },
  });
  const rates = () => encodings.map(({ maxBitrate }) => maxBitrate);
  layers.askForMore();
  await settled();
  expect(rates()[0]).not.toBe(150_000);
  expect(rates()[1]).toBe(500_000);
  layers.askForMore();
  await settled();
  expect(encodings).toEqual(first.map((encoding) => ({ ...encoding, active: true })));
});

it('goes back to what is wanted after a negotiation that had everything encoded', async () => {
  const sender = new SlowSender();
  const layers = new Layers(sender);
  layers.set([0]);
  await settled();
  sender.negotiate();
  layers.keep();
  layers.keep();
  await settled();
  expect(sender.told).toEqual(['110', '110']);
});

it('begins anew by resting for a moment, and is then as it was', async () => {
  const sender = new SlowSender();
  const layers = new Layers(sender);
  layers.set([0]);
  await settled();
  layers.beginAnew();
  layers.set([0, 2]);
  await settled();
  expect(sender.told).toEqual(['110', '000', '111']);
});

it('outlives a sender that is gone', async () => {
  const sender = new SlowSender();
  sender.refuses = true;
  new Layers(sender).set([]);
  await settled();
  expect(sender.told).toEqual([]);
});
