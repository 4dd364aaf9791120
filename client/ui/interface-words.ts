import { catalogue } from './words.svelte.ts';

/** What the base components themselves say. */
export const interfaceWords = catalogue({
  vi: {
    close: 'Đóng',
    cancel: 'Hủy',
    language: 'Ngôn ngữ',
    theme: 'Giao diện',
    themes: { system: 'Theo máy', dark: 'Tối', light: 'Sáng' },
    notices: 'Thông báo',
    code: 'mã {code}',
    unloaded: 'Chưa tải được trang',
    unloadedNote: 'Máy chủ không trả lời hoặc vừa được cập nhật. Tải lại trang.',
    reload: 'Tải lại trang',
    again: 'Thử lại',
    signIn: 'Đăng nhập',
    keys: 'Phím tắt',
    singleKeys: 'Dùng phím tắt một chữ',
  },
  en: {
    close: 'Close',
    cancel: 'Cancel',
    language: 'Language',
    theme: 'Appearance',
    themes: { system: 'As the system', dark: 'Dark', light: 'Light' },
    notices: 'Notices',
    code: 'code {code}',
    unloaded: 'The page could not be loaded',
    unloadedNote: 'The server does not answer, or was just updated. Reload the page.',
    reload: 'Reload the page',
    again: 'Try again',
    signIn: 'Sign in',
    keys: 'Keyboard shortcuts',
    singleKeys: 'Use single-letter shortcuts',
  },
});

/** A language is named in its own words, so that whoever needs it finds it. */
export const LANGUAGE_NAMES = { vi: 'Tiếng Việt', en: 'English' } as const;
