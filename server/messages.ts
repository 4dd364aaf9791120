/** What the server says on the terminal when it is started by hand or cannot start; Vietnamese first. */
const vi = {
  wrongSetting: (name: string, given: string, allowed: string) =>
    `Thiết lập sai: ${name}="${given}"; cho phép: ${allowed}`,
  portInUse: (host: string, port: number) => `Cổng ${port} tại ${host} đang được dùng bởi chương trình khác`,
  cannotListen: (host: string, port: number, reason: string) => `Không lắng nghe được tại ${host}:${port}: ${reason}`,
  unreadable: (path: string, reason: string) => `Không dùng được tệp ${path}: ${reason}`,
  cannotStart: (reason: string) => `Không khởi động được: ${reason}`,
  running: (url: string) => `Địa chỉ: ${url}`,
  oneTimePassword: (password: string) => `Mật khẩu dùng một lần của operator: ${password}`,
};

const en: typeof vi = {
  wrongSetting: (name, given, allowed) => `Wrong setting: ${name}="${given}"; allowed: ${allowed}`,
  portInUse: (host, port) => `Port ${port} at ${host} is in use by another program`,
  cannotListen: (host, port, reason) => `Cannot listen at ${host}:${port}: ${reason}`,
  unreadable: (path, reason) => `Cannot use the file ${path}: ${reason}`,
  cannotStart: (reason) => `Cannot start: ${reason}`,
  running: (url) => `Address: ${url}`,
  oneTimePassword: (password) => `One-time password of operator: ${password}`,
};

export type Texts = typeof vi;
export const texts: Record<'vi' | 'en', Texts> = { vi, en };

/** Why the server cannot start, in words for whoever started it. */
export class CannotStart extends Error {
  readonly explain: (texts: Texts) => string;
  constructor(explain: (texts: Texts) => string) {
    super(explain(en));
    this.name = 'CannotStart';
    this.explain = explain;
  }
}
