/**
 * A line down to a browser behind `test/e2e/shaped-line.ts`, as it was recorded: what it bore, and what mediasoup (3.27) took it to
 * bear, second by second; kbit/s. The browser wanted one camera in two layers, and heard one sound.
 */
export const RECORDED_LINE: readonly { kbps: number; estimates: readonly number[] }[] = [
  { kbps: 4000, estimates: [1500, 930, 951, 964, 967, 983, 989, 998, 1005, 1005] },
  {
    kbps: 500,
    estimates: [1009, 729, 482, 347, 247, 189, 159, 159, 162, 165, 171, 181, 184, 196, 210, 189, 198, 203, 213],
  },
  {
    kbps: 4000,
    estimates: [
      226, 237, 314, 315, 318, 318, 318, 725, 725, 725, 725, 725, 692, 692, 692, 692, 692, 1316, 1316, 1316, 1316, 1316,
      1316, 1316, 1316,
    ],
  },
  { kbps: 300, estimates: [1316, 1316, 808, 420, 420, 244, 107, 107, 107, 108, 118, 108, 113, 119, 124, 130] },
  { kbps: 64, estimates: [141, 141, 154, 167, 181, 197, 197, 197, 102, 102, 102, 102, 102, 102, 102] },
  {
    kbps: 4000,
    estimates: [57, 57, 57, 57, 57, 57, 57, 57, 1404, 1404, 1404, 1404, 1404, 1367, 1169, 1169, 1169, 1172, 1404, 1404],
  },
];

/** What the layers took meanwhile. */
export const RECORDED_LAYERS = [162, 610];
