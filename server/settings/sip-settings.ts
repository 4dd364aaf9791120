import { z } from 'zod';
import { describe, fail, onOff, pathOrNothing, port } from './setting.ts';

const portRangeSchema = z.string().transform((text, context) => {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (!first || !last || first < 1024 || last > 65535 || last - first < 9) return fail(context);
  return { first, last };
});

const sipTrunkSchema = z
  .string()
  .max(200)
  .regex(/^sip:(?:[\w.-]+|\[[0-9a-fA-F:]+\])(?::\d{1,5})?(?:;transport=(?:udp|tcp|tls))?$/i);

/** The gateway to codecs and telephones. */
export const SIP_SETTINGS = {
  SIP: describe(onOff('on'), { vi: 'Cổng SIP', en: 'The SIP gateway', allowed: 'on | off' }),
  SIP_HOST: describe(z.union([z.ipv4(), z.ipv6()]).optional(), {
    vi: 'Địa chỉ SIP lắng nghe; mặc định như HOST',
    en: 'Address SIP listens on; by default that of HOST',
    allowed: 'IP',
  }),
  SIP_HOST6: describe(z.ipv6().optional(), {
    vi: 'Địa chỉ IPv6 mà SIP lắng nghe thêm',
    en: 'IPv6 address SIP listens on as well',
    allowed: 'IPv6',
  }),
  SIP_PORT: describe(port.default(5060), {
    vi: 'Cổng SIP (UDP và TCP)',
    en: 'SIP port (UDP and TCP)',
    allowed: '1–65535',
  }),
  SIP_TLS_PORT: describe(z.coerce.number().int().min(0).max(65535).default(5061), {
    vi: 'Cổng SIP qua TLS; 0: tắt',
    en: 'SIP port for TLS; 0 switches it off',
    allowed: '0–65535',
  }),
  SIP_TLS_CA: describe(pathOrNothing(), {
    vi: 'Chứng thư gốc (PEM) phải ký chứng thư của máy chủ SIP mà ta gọi; mặc định: chấp nhận mọi chứng thư',
    en: 'Authority (PEM) that must have signed the certificates of SIP peers we call; by default any certificate is taken',
    allowed: 'PATH',
  }),
  SIP_TRUNK: describe(sipTrunkSchema.optional(), {
    vi: 'Tổng đài mà ta đăng ký và gọi số điện thoại qua đó',
    en: 'Outside registrar or trunk at which we register, and through which telephone numbers are called',
    allowed: 'sip:HOST[:PORT][;transport=udp|tcp|tls]',
  }),
  SIP_TRUNK_USER: describe(z.string().min(1).max(64).optional(), {
    vi: 'Tên tài khoản của ta tại tổng đài',
    en: 'Our account there',
    allowed: 'NAME',
  }),
  SIP_TRUNK_PASSWORD: describe(z.string().min(1).max(128).optional(), {
    vi: 'Mật khẩu của tài khoản đó',
    en: 'The password of that account',
    allowed: 'TEXT',
  }),
  SIP_MEDIA_PORTS: describe(portRangeSchema.default({ first: 40000, last: 43999 }), {
    vi: 'Dải cổng hình và tiếng của thiết bị SIP (UDP); mặc định 40000-43999',
    en: 'Ports for the sound and picture of codecs (UDP); 40000-43999 by default',
    allowed: 'FIRST-LAST, 1024–65535',
  }),
  SIP_CALLERS: describe(z.enum(['pin', 'known', 'any']).default('pin'), {
    vi: 'Thiết bị lạ gọi vào: hỏi mã PIN của cuộc họp, từ chối, hoặc (chỉ để thử) cho vào',
    en: 'Unknown callers are asked for the PIN of the meeting, refused, or (for trials only) let in',
    allowed: 'pin | known | any',
  }),
};
