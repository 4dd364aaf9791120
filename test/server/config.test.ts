import { describe, expect, test } from 'vitest';
import { describeSettings, parseSettings, SettingError } from '../../server/config.ts';

function wrongOf(env: Record<string, string>, argv: string[] = []) {
  try {
    parseSettings(env, argv);
  } catch (error) {
    if (error instanceof SettingError) return error.wrong;
    throw error;
  }
  return [];
}

const PICTURES = 'WIDTHxHEIGHT@FPS[,WIDTHxHEIGHT@FPS…]';

describe('settings', () => {
  test('need nothing to be given', () => {
    const settings = parseSettings({}, []);
    expect(settings).toMatchObject({
      host: '0.0.0.0',
      port: 8443,
      mediaPort: 44400,
      videoCodec: 'vp8',
      graceSeconds: 60,
      language: 'vi',
      pictures: [
        { tier: '1080p30', width: 1920, height: 1080, framesPerSecond: 30 },
        { tier: '720p30', width: 1280, height: 720, framesPerSecond: 30 },
        { tier: '360p15', width: 640, height: 360, framesPerSecond: 15 },
      ],
      recordingPicture: { tier: '720p30' },
      encoder: 'x264',
      sip: true,
      sipHost: '0.0.0.0',
      sipMediaPorts: { first: 40000, last: 43999 },
      sipTlsPort: 5061,
      sipCallers: 'pin',
      demo: false,
    });
    expect(settings.announcedAddresses).toContain('127.0.0.1');
    expect(settings.tlsCert).toBe(`${settings.data}/tls/certificate.pem`);
    expect(settings.workers).toBeGreaterThan(0);
  });

  test('a flag wins over the environment; on and off need no value', () => {
    const env = { ROSTRUM_PORT: '9000', ROSTRUM_SIP: 'off' };
    const settings = parseSettings(env, ['--port', '9001', '--grace-seconds=5', '--demo']);
    expect(settings).toMatchObject({ port: 9001, graceSeconds: 5, demo: true, sip: false });
  });

  test('the recording is the second largest picture, the only one, or the one named', () => {
    const recorded = (env: Record<string, string>) => parseSettings(env, []).recordingPicture.tier;
    expect(recorded({ ROSTRUM_PICTURES: '640x360@15' })).toBe('360p15');
    expect(recorded({ ROSTRUM_RECORDING_PICTURE: '1080p30' })).toBe('1080p30');
    expect(parseSettings({ ROSTRUM_TIME_ZONE: 'Asia/Ho_Chi_Minh' }, []).timeZone).toBe('Asia/Ho_Chi_Minh');
  });

  test('who listens on both families meets codecs on both, unless told otherwise', () => {
    const hosts = (argv: string[]) => {
      const { sipHost, sipHost6 } = parseSettings({}, argv);
      return [sipHost, sipHost6];
    };
    expect(hosts(['--host', '::'])).toEqual(['0.0.0.0', '::']);
    expect(hosts(['--host', '::', '--sip-host', '10.1.1.1'])).toEqual(['10.1.1.1', undefined]);
    expect(hosts(['--host', '10.1.1.1', '--sip-host6', '::1'])).toEqual(['10.1.1.1', '::1']);
    expect(hosts(['--host', '::1'])).toEqual(['::1', undefined]);
    expect(parseSettings({}, ['--host', '::']).announcedAddresses).not.toContain('::1');
  });

  test('an empty variable is as good as none', () => {
    expect(parseSettings({ ROSTRUM_PORT: '' }, []).port).toBe(8443);
  });

  test.each([
    ['ROSTRUM_PORT', '70000', '0–65535'],
    ['ROSTRUM_PORT', 'https', '0–65535'],
    ['ROSTRUM_HOST', 'not an address', 'IP | localhost'],
    ['ROSTRUM_PICTURES', '1281x720@25', PICTURES],
    ['ROSTRUM_PICTURES', 'large', PICTURES],
    ['ROSTRUM_PICTURES', '640x360@15,1280x720@30', PICTURES],
    ['ROSTRUM_PICTURES', '1280x720@15,640x360@30', PICTURES],
    ['ROSTRUM_PICTURES', '3840x2160@30', PICTURES],
    ['ROSTRUM_PICTURES', '1280x720@60', PICTURES],
    ['ROSTRUM_PICTURES', '960x360@15,640x360@15', PICTURES],
    ['ROSTRUM_RECORDING_PICTURE', '480p30', '1080p30 | 720p30 | 360p15'],
    ['ROSTRUM_ENCODER', 'theora', 'x264 | va | nvenc'],
    ['ROSTRUM_TIME_ZONE', 'Asia/Bac_Kan', 'Asia/Ho_Chi_Minh | …'],
    ['ROSTRUM_SIP_MEDIA_PORTS', '43999-40000', 'FIRST-LAST, 1024–65535'],
    ['ROSTRUM_VIDEO_CODEC', 'av1', 'vp8 | h264'],
    ['ROSTRUM_LANGUAGE', 'fr', 'vi | en'],
    ['ROSTRUM_PUBLIC_URL', 'http://a.example', 'https://HOST[:PORT]'],
    ['ROSTRUM_ANNOUNCED_ADDRESS', '10.0.0.1, nowhere at all', 'IP[,IP…]'],
  ])('%s=%s is refused with what is allowed', (name, given, allowed) => {
    expect(wrongOf({ [name]: given })).toEqual([{ name, given, allowed }]);
  });

  test('takes a store of recordings whole or not at all, and quotes no secret', () => {
    const store = {
      ...{ ROSTRUM_RECORDING_S3_ENDPOINT: 'https://s3.example:9000/', ROSTRUM_RECORDING_S3_BUCKET: 'rostrum' },
      ...{ ROSTRUM_RECORDING_S3_ACCESS_KEY: 'key', ROSTRUM_RECORDING_S3_SECRET_KEY: 'secret' },
    };
    expect(parseSettings({}, []).recordingStore).toBeUndefined();
    expect(parseSettings(store, []).recordingStore).toEqual({
      ...{ endpoint: 'https://s3.example:9000', bucket: 'rostrum', region: 'us-east-1', pathStyle: true },
      ...{ keys: { accessKey: 'key', secretKey: 'secret' }, localDays: 7, bitsPerSecond: 50_000_000 },
    });
    const file = parseSettings({ ...store, ROSTRUM_RECORDING_S3_KEY_FILE: '/keys' }, []).recordingStore;
    expect(file?.keys).toEqual({ file: '/keys' });
    const { ROSTRUM_RECORDING_S3_ENDPOINT: endpoint } = store;
    const missing = wrongOf({ ROSTRUM_RECORDING_S3_ENDPOINT: endpoint }, []).map(({ name }) => name);
    expect(missing).toEqual([
      ...['ROSTRUM_RECORDING_S3_BUCKET', 'ROSTRUM_RECORDING_S3_ACCESS_KEY', 'ROSTRUM_RECORDING_S3_SECRET_KEY'],
    ]);
    const long = { ...store, ROSTRUM_RECORDING_S3_SECRET_KEY: 'x'.repeat(300) };
    expect(JSON.stringify(wrongOf(long, []))).not.toContain('xxx');
  });

  test('names every wrong one at once, as it was given', () => {
    const wrong = wrongOf({ ROSTRUM_WORKERS: '0' }, ['--port', 'x', '--unknown', '1']);
    expect(wrong.map(({ name }) => name)).toEqual(['--unknown', '1', '--port', 'ROSTRUM_WORKERS']);
  });

  test('a certificate needs its key', () => {
    expect(wrongOf({ ROSTRUM_TLS_CERT: '/a.pem' })).toHaveLength(1);
  });

  test('are described in both languages', () => {
    const lines = (language: 'vi' | 'en') => describeSettings(language).split('\n');
    expect(lines('vi')).toHaveLength(lines('en').length);
    expect(describeSettings('en')).toContain('--media-port 1–65535');
    expect(describeSettings('vi')).toContain('ROSTRUM_GRACE_SECONDS');
  });
});
