// npm run soak -- composer [MINUTES, 60 by default]: a layout changes every 5 s, a site joins or leaves every 10 s, a larger
// tier comes and goes with them. The composed stream is decoded and each tile checked for who, where and when; sound and
// picture of one site are compared. Memory and drift are to stay as they are.
// Prints {"minutes":…,"changes":…,"framesChecked":…,"wrongTiles":…,"largestGapFrames":…,"keyFramesPerSecond":…,
// "memoryMb":{…},"syncMs":{…},"cores":…,…}.

import { soak } from '../load/_soak.ts';

const minutes = Number(process.argv[2] ?? 60);
const figures = await soak({
  seconds: minutes * 60,
  changeMs: 5000,
  joinMs: 10_000,
  transitions: true,
  seed: Date.now(),
  progress: (now) => process.stderr.write(`${JSON.stringify(now)}\n`),
});
process.stdout.write(`${JSON.stringify(figures)}\n`);
