// What the commands say on the terminal; Vietnamese first, the language follows the terminal's locale.

import { terminalLanguage } from './bootstrap.mjs';

const vi = {
  aWorker: 'một mediasoup-worker khởi động được',
  workerBuild: 'Biên dịch mediasoup-worker (một lần duy nhất)',
  clientBuild: 'Dựng giao diện',
  checking: 'Kiểm tra kiểu, quy tắc và định dạng',
  starting: 'Khởi động hệ thống',
  settings: 'Các thiết lập',
  badSetting: (name: string, given: string, allowed: string) =>
    `Thiết lập ${name} không hợp lệ: nhận được ${given}; cho phép: ${allowed}`,
  running: (url: string) => `Rostrum đang chạy tại ${url}`,
  selfSigned: 'Chứng chỉ tự ký: trình duyệt sẽ cảnh báo ở lần truy cập đầu tiên.',
  oneTimePassword: (password: string) =>
    `Đăng nhập lần đầu: tên người dùng operator, mật khẩu dùng một lần ${password}`,
  stopHint: 'Nhấn Ctrl-C để dừng.',
  demo: (url: string) => `Mở ${url} và đăng nhập: cuộc họp mẫu đang diễn ra với sáu điểm cầu.`,
  devClient: (url: string) => `Giao diện đang phát triển: ${url}`,
  stopping: 'Đang dừng',
  partDied: (name: string, how: string, seconds: number) => `${name} đã dừng (${how}); khởi động lại sau ${seconds} s`,
  partBack: (name: string) => `${name} đã hoạt động trở lại`,
  partFailed: (name: string) => `${name} không khởi động được`,
  counted: (passed: number, failed: number) => `${passed} đạt, ${failed} không đạt`,
  notRun: 'không chạy:',
  noResult: (name: string) => `${name} không in ra đối tượng JSON nào`,
  benchUsage: (names: string[]) =>
    `Cách dùng: npm run bench -- TÊN\nCác phép đo: ${names.length > 0 ? names.join(', ') : '(chưa có)'}`,
  soakUsage: (names: string[]) => `Cách dùng: npm run soak -- TÊN [PHÚT]\nCác phép thử bền: ${names.join(', ')}`,
  auditUsage: 'Cách dùng: npm run audit -- verify [MÃ-BĂM-ĐÃ-GHI-LẠI] [--data PATH]',
  auditMissing: (folder: string) => `Không có cơ sở dữ liệu trong ${folder}`,
  auditFaults: {
    changed: (seq: number) => `Dòng ${seq} đã bị sửa: đây là dòng hỏng đầu tiên`,
    missing: (seq: number) => `Dòng ${seq} bị mất: đây là dòng hỏng đầu tiên`,
  },
  auditCutOff: 'Không có dòng nào mang mã băm đã ghi lại: phần cuối nhật ký đã bị cắt',
  auditSound: (count: number, head: string) => `Nguyên vẹn ${count} dòng; mã băm của dòng cuối: ${head}`,
  recordingsUsage: 'Cách dùng: npm run recordings -- verify MÃ-BẢN-GHI [--data PATH]',
  recordingFaults: { missing: 'bị mất', changed: 'đã bị sửa', added: 'không có khi ký' },
  recordingSignatures: {
    good: 'chữ ký đúng',
    bad: 'chữ ký sai',
    foreign: 'chữ ký của khóa khác, không phải của hệ thống này',
    missing: 'chưa được ký',
  },
};

const en: typeof vi = {
  aWorker: 'a mediasoup-worker that starts',
  workerBuild: 'Compiling mediasoup-worker (only this once)',
  clientBuild: 'Building the client',
  checking: 'Checking types, lint and format',
  starting: 'Starting the system',
  settings: 'Settings',
  badSetting: (name, given, allowed) => `Setting ${name} is not valid: given ${given}; allowed: ${allowed}`,
  running: (url) => `Rostrum runs at ${url}`,
  selfSigned: 'The certificate is self-signed: browsers warn on the first visit.',
  oneTimePassword: (password) => `First sign-in: user name operator, one-time password ${password}`,
  stopHint: 'Ctrl-C stops it.',
  demo: (url) => `Open ${url} and sign in: the demonstration meeting is on, with six sites.`,
  devClient: (url) => `The client under development: ${url}`,
  stopping: 'Stopping',
  partDied: (name, how, seconds) => `${name} ended (${how}); starting it again in ${seconds} s`,
  partBack: (name) => `${name} is back`,
  partFailed: (name) => `${name} could not be started`,
  counted: (passed, failed) => `${passed} passed, ${failed} failed`,
  notRun: 'did not run:',
  noResult: (name) => `${name} printed no JSON object`,
  benchUsage: (names) =>
    `Usage: npm run bench -- NAME\nBenchmarks: ${names.length > 0 ? names.join(', ') : '(none yet)'}`,
  soakUsage: (names) => `Usage: npm run soak -- NAME [MINUTES]\nEndurance tests: ${names.join(', ')}`,
  auditUsage: 'Usage: npm run audit -- verify [HASH-NOTED-EARLIER] [--data PATH]',
  auditMissing: (folder) => `There is no database in ${folder}`,
  auditFaults: {
    changed: (seq) => `Row ${seq} was changed: it is the first broken one`,
    missing: (seq) => `Row ${seq} is missing: it is the first broken one`,
  },
  auditCutOff: 'No row has the hash that was noted: the end of the log was cut off',
  auditSound: (count, head) => `${count} rows hold; hash of the last one: ${head}`,
  recordingsUsage: 'Usage: npm run recordings -- verify RECORDING-ID [--data PATH]',
  recordingFaults: { missing: 'is missing', changed: 'was changed', added: 'was not there when it was signed' },
  recordingSignatures: {
    good: 'the signature is good',
    bad: 'the signature is wrong',
    foreign: 'signed with another key than that of this system',
    missing: 'not signed',
  },
};

export const text = { vi, en }[terminalLanguage()];
