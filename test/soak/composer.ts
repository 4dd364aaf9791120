// npm run soak -- composer [MINUTES, 60 by default]: a layout changes every 5 s, a site joins or leaves every 10 s, a larger
// tier comes and goes with them. The composed stream is decoded and each tile checked for who, where and when; sound and
// picture of one site are compared. Memory and drift are to stay as they are. Fails, and says why, beyond `limits` of
// test/load/_soak-verdict.ts.
// Prints {"minutes":…,"changes":…,"framesChecked":…,"wrongTiles":…,"outputs":{…},"memoryMb":{…},"syncMs":{…},"cores":…,…,"faults":[…]}.

import { soak } from '../load/_soak.ts';
import { faultsOf } from '../load/_soak-verdict.ts';

const minutes = Number(process.argv[2] ?? 60);
const figures = await soak({
  seconds: minutes * 60,
  changeMs: 5000,
  joinMs: 10_000,
  transitions: true,
  seed: Date.now(),
  progress: (now) => process.stderr.write(`${JSON.stringify(now)}\n`),
});
const faults = faultsOf(figures);
process.stdout.write(`${JSON.stringify({ ...figures, faults })}\n`);
if (faults.length > 0) process.exitCode = 1;
