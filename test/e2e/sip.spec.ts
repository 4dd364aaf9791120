import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type Baresip, startBaresip } from '../integration/baresip.ts';
import { attend, enterWithoutPage, logOf, participantNamed, show } from './centre.ts';
import { distanceSeen, LEFT, RIGHT, toneHeardBy } from './codecs.ts';
import { toneHeard } from './devices.ts';
import { expect, test } from './fixtures.ts';
import { cardOf, enter, expectColour, issueLink, newPerson, openMeeting, signIn, tileOf } from './people.ts';

const HEARD = -45;
const SILENT = -75;
/** A codec's own voice would come back at about −18 dB; what another tone leaves beside it after a gap is below −45. */
const NOT_IN_PHONE = -42;
/** Anything nearer is the same colour to the eye, also after two encoders. */
const NEAR = 110;

/** What a test has opened; closed when it ends, however it ends. */
const opened: { close(): unknown }[] = [];
test.afterEach(async () => {
  for (const device of opened.splice(0)) await device.close();
});

async function newCodec(options: Parameters<typeof startBaresip>[0]): Promise<Baresip> {
  const codec = await startBaresip({ seconds: 240, size: '320x240', ...options });
  opened.push(codec);
  return codec;
}

/** A device that declines every call (RFC 3261 21.6.2), which baresip cannot. Resolves to its address. */
async function startDecliner(): Promise<string> {
  const socket = createSocket('udp4');
  opened.push(socket);
  socket.on('message', (bytes, { port, address }) => {
    const request = bytes.toString();
    if (!request.startsWith('INVITE')) return;
    const kept = request.split('\r\n').filter((line) => /^(?:via|from|to|call-id|cseq):/i.test(line));
    const tagged = kept.map((line) => (/^to:/i.test(line) ? `${line};tag=no` : line));
    socket.send(['SIP/2.0 603 Decline', ...tagged, 'Content-Length: 0', '', ''].join('\r\n'), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `sip:ban@127.0.0.1:${socket.address().port}`;
}

test('a codec calls in: it is seen and heard like a site, and sees and hears like one', async ({ browser, system }) => {
  test.setTimeout(240_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const site = await newPerson(browser, { colour: 'red', toneHz: 880 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Họp với thiết bị');
  await enter(site.page, await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ba Bể' }));
  const centre = await attend(operator.page, system, roomId);
  const codec = await newCodec({ user: 'hoitruong', colour: 'green', toneHz: 440, audioCodecs: ['PCMA/8000/1'] });
  const name = 'hoitruong';

  await test.step('it dials the room and is a site of it', async () => {
    await codec.dial(`sip:${roomId}@127.0.0.1:${system.sipPort}`);
    await codec.waitFor('CALL_ESTABLISHED', 30_000);
    await expect(cardOf(operator.page, name)).toBeVisible();
    await expect.poll(() => participantNamed(centre, name)?.sources.length).toBe(2);
    await show(centre, 'side-by-side', ['Ba Bể', name]);
  });

  await test.step('browsers see its colour; it sees every tile where the layout has it', async () => {
    await expectColour(tileOf(site.page, name), 'green', 40_000);
    await expectColour(cardOf(operator.page, name), 'green');
    const seen = { timeout: 60_000 };
    await expect.poll(() => distanceSeen(codec, 'red', LEFT), seen).toBeLessThan(NEAR);
    await expect.poll(() => distanceSeen(codec, 'green', RIGHT), seen).toBeLessThan(NEAR);
  });

  await test.step('REG-10: both microphones are closed and silent', async () => {
    expect(await toneHeard(site.page, 440)).toBeLessThan(SILENT);
    expect(await toneHeardBy(codec, 880)).toBeLessThan(NOT_IN_PHONE);
  });

  await test.step('the operator opens its microphone: it is heard, but not by itself', async () => {
    await cardOf(operator.page, name)
      .getByRole('button', { name: `Mở micro: ${name}` })
      .click();
    await expect.poll(() => toneHeard(site.page, 440), { timeout: 30_000 }).toBeGreaterThan(HEARD);
    await expect.poll(() => toneHeard(operator.page, 440)).toBeGreaterThan(HEARD);
    await expect.poll(() => toneHeardBy(codec, 440)).toBeLessThan(NOT_IN_PHONE);
  });

  await test.step('both microphones are open: it hears the other one and not itself', async () => {
    await cardOf(operator.page, 'Ba Bể').getByRole('button', { name: 'Mở micro: Ba Bể' }).click();
    await expect.poll(() => toneHeardBy(codec, 880), { timeout: 30_000 }).toBeGreaterThan(HEARD);
    await expect.poll(() => toneHeardBy(codec, 440)).toBeLessThan(NOT_IN_PHONE);
    expect(await toneHeard(site.page, 440)).toBeGreaterThan(HEARD);
  });

  await test.step('its microphone is closed: it still hears the other one and is silent to all', async () => {
    await cardOf(operator.page, name)
      .getByRole('button', { name: `Tắt micro: ${name}` })
      .click();
    await expect.poll(() => toneHeard(site.page, 440)).toBeLessThan(SILENT);
    await expect.poll(() => toneHeardBy(codec, 880), { timeout: 30_000 }).toBeGreaterThan(HEARD);
  });

  await test.step('it hangs up: its place is kept, its call is over', async () => {
    await codec.hangUp();
    await codec.waitFor('CALL_CLOSED');
    await expect.poll(() => participantNamed(centre, name)?.presence).toBe('left');
    await expect.poll(() => Object.values(centre.state.calls).map((call) => call.status)).toEqual(['ended']);
  });

  centre.close();
  for (const person of [operator, site]) await person.context.close();
});

test('the operator dials a codec over TCP: each state is shown, and it is hung up from the console', async ({
  browser,
  system,
}) => {
  test.setTimeout(180_000);
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  const { page } = operator;
  await signIn(page, system);
  await openMeeting(page, 'Gọi thiết bị');
  const audioCodecs = ['G722/16000/1'];
  const options = { transport: 'tcp', colour: 'blue', toneHz: 660, answer: 'manual', audioCodecs } as const;
  const codec = await newCodec({ user: 'codec2', ...options });
  const calls = page.getByRole('region', { name: 'Cuộc gọi' });
  const dial = async (address: string) => {
    const field = calls.getByRole('textbox', { name: 'Địa chỉ thiết bị' });
    if (!(await field.evaluate((input) => input === document.activeElement))) await page.keyboard.press('d');
    await expect(field).toBeFocused();
    await page.keyboard.type(address);
    await page.keyboard.press('Enter');
  };
  const ring = async () => {
    await dial(codec.uri);
    await codec.waitFor('CALL_INCOMING', 30_000);
    await expect(calls.getByText('Đang đổ chuông')).toBeVisible();
  };

  await test.step('ringing, answered, seen and heard in wideband', async () => {
    await ring();
    await codec.accept();
    await expect(calls.getByText('Đã nhấc máy')).toBeVisible();
    await expectColour(cardOf(page, 'codec2'), 'blue', 40_000);
    await cardOf(page, 'codec2').getByRole('button', { name: 'Mở micro: codec2' }).click();
    await expect.poll(() => toneHeard(page, 660), { timeout: 30_000 }).toBeGreaterThan(HEARD);
    expect(await codec.command('callstat')).toContain('G722');
  });

  await test.step('hung up by the operator', async () => {
    await calls.getByRole('button', { name: 'Gác máy' }).click();
    await codec.waitFor('CALL_CLOSED');
    await expect(calls.getByText('Đã gác máy')).toBeVisible();
  });

  await test.step('busy, declined and out of reach are said in words', async () => {
    await ring();
    await codec.hangUp();
    await expect(calls.getByText('Máy bận')).toBeVisible();
    await dial(await startDecliner());
    await expect(calls.getByText('Bị từ chối')).toBeVisible();
    await ring();
    await calls.getByRole('button', { name: 'Hủy gọi' }).click();
    await codec.waitFor('CALL_CLOSED');
    await expect(calls.getByText('Đã hủy')).toBeVisible();
    await codec.close();
    await calls.getByRole('listitem').filter({ hasText: codec.uri }).getByRole('button', { name: 'Gọi lại' }).click();
    await expect(calls.getByText('Không tới được thiết bị')).toBeVisible({ timeout: 40_000 });
  });

  await operator.context.close();
});

test('REG-12: nobody but the centre dials, and nobody calls a room that is not open', async ({ browser, system }) => {
  const operator = await newPerson(browser, { colour: 'grey', toneHz: 300 });
  await signIn(operator.page, system);
  const roomId = await openMeeting(operator.page, 'Không ai tự gọi');
  const link = await issueLink(operator.page, system, roomId, { role: 'site', name: 'Ngân Sơn' });
  const site = await enterWithoutPage(operator.page, system, link);

  await test.step('a site that dials over its own socket is refused and on record', async () => {
    const answer = await site.command({ verb: 'dial', address: 'sip:ai-do@127.0.0.1' });
    expect(answer).toMatchObject({ ok: false, refusal: { code: 'notPermitted', category: 'permission' } });
    const log = await logOf(operator.page, system, roomId);
    const attempts = log.flatMap(({ event }) => (event.type === 'attemptRefused' ? [event.attempt] : []));
    expect(attempts).toMatchObject([{ name: 'Ngân Sơn', verb: 'dial', detail: 'sip:ai-do@127.0.0.1' }]);
    expect(log.filter(({ event }) => event.type === 'callPlaced')).toEqual([]);
    await expect(operator.page.getByText('tự gọi').first()).toBeVisible();
  });

  await test.step('a codec that calls an unknown room gets 403', async () => {
    const codec = await newCodec({ user: 'lac-duong' });
    await codec.dial(`sip:999999@127.0.0.1:${system.sipPort}`);
    const closed = await codec.waitFor('CALL_CLOSED', 30_000);
    expect(closed.param).toContain('403');
  });

  site.close();
  await operator.context.close();
});
