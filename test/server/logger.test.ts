import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('what lets someone in is struck out, wherever it was put', async () => {
  const logger = fileURLToPath(new URL('../../server/logger.ts', import.meta.url));
  const script = `
    import { createLogger } from ${JSON.stringify(logger)};
    const logger = createLogger('info');
    logger.info({ ticket: 'SECRET', name: 'Ba Bể' }, 'one');
    logger.info({ body: { password: 'SECRET', newPassword: 'SECRET' } }, 'two');
    logger.info({ request: { headers: { cookie: 'SECRET', authorization: 'SECRET' } } }, 'three');
    logger.error({ err: new Error('broken') }, 'four');
  `;
  const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script]);
  let output = '';
  child.stdout.on('data', (part) => (output += part));
  await once(child, 'close');
  const lines = output.trim().split('\n');
  expect(lines).toHaveLength(4);
  expect(output).not.toContain('SECRET');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ ticket: '…', name: 'Ba Bể', msg: 'one' });
  expect(JSON.parse(lines[3] ?? '')).toMatchObject({ err: { type: 'Error', message: 'broken' } });
});
