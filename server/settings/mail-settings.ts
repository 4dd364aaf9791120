import { z } from 'zod';
import { describe, port } from './setting.ts';

/** The mail server that sends the notices of meetings. */
export const MAIL_SETTINGS = {
  SMTP_HOST: describe(z.string().min(1).max(253).optional(), {
    vi: 'Máy chủ thư gửi thông báo họp; mặc định: không gửi thư',
    en: 'Mail server that sends the notices of meetings; by default no mail is sent',
    allowed: 'HOST',
  }),
  SMTP_PORT: describe(port.default(587), {
    vi: 'Cổng của máy chủ thư',
    en: 'Port of the mail server',
    allowed: '1–65535',
  }),
  SMTP_SECURITY: describe(z.enum(['starttls', 'tls', 'off']).default('starttls'), {
    vi: 'Mã hóa tới máy chủ thư',
    en: 'Encryption towards the mail server',
    allowed: 'starttls | tls | off',
  }),
  SMTP_USER: describe(z.string().min(1).max(256).optional(), {
    vi: 'Tài khoản thư',
    en: 'Account at the mail server',
    allowed: 'NAME',
  }),
  SMTP_PASSWORD: describe(z.string().min(1).max(256).optional(), {
    vi: 'Mật khẩu của tài khoản thư',
    en: 'The password of that account',
    allowed: 'TEXT',
  }),
  MAIL_FROM: describe(z.string().min(3).max(320).default('Rostrum <rostrum@localhost>'), {
    vi: 'Người gửi ghi trên thư',
    en: 'Sender of the mails',
    allowed: 'NAME <ADDRESS>',
  }),
};
