import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { LegContract } from '../../../gateway/engine/leg-protocol.ts';
import type { EngineProcess } from '../../../gateway/engine/process.ts';
import { LegContent } from '../../../gateway/legs/leg-content.ts';
import { prepareLeg } from '../../../gateway/legs/leg-opening.ts';
import { parseSettings } from '../../../server/config.ts';
import { freePort } from '../../integration/free-port.ts';

/** Binds its ports, and has ended by then. */
class ShortLived implements Partial<EngineProcess<LegContract>> {
  readonly pid = 0;
  isStopped = false;
  #told: (() => void)[] = [];
  request = async () => {
    for (const tell of this.#told) tell();
    return { audioPort: 10_000 } as never;
  };
  onEvent = () => () => undefined;
  onExit = (listener: (exit: { expected: boolean; code: number | null; signal: null }) => void) => {
    this.#told.push(() => listener({ expected: false, code: 1, signal: null }));
    return () => undefined;
  };
  stop = async () => {
    this.isStopped = true;
  };
}

test('an engine that ends while its leg is prepared is told as a failure, and leaves no port behind', async () => {
  const port = await freePort();
  const logger = pino({ level: 'silent' });
  const settings = parseSettings({ ROSTRUM_SIP_HOST: '127.0.0.1' }, []);
  const portRange = { first: port, last: port };
  const options = {
    settings: { ...settings, sipMediaPorts: portRange },
    logger,
    slide: '',
    encryption: 'off' as const,
  };
  const engine = new ShortLived();
  await expect(prepareLeg(options, async () => engine)).rejects.toMatchObject({ code: 'engineExited' });
  expect(engine.isStopped).toBe(true);
  const bind = { ip: '127.0.0.1', portRange: { min: port, max: port }, logger, markUdp: () => Promise.resolve() };
  await (await LegContent.open(bind)).close();
});
