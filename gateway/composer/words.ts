/** What the composed picture says by itself: the catalogue of its slide. */
const WAITING = {
  vi: (title: string) => `${title}\nCuộc họp sẽ bắt đầu trong giây lát`,
  en: (title: string) => `${title}\nThe meeting will begin shortly`,
};

export function waitingText(language: 'vi' | 'en', title: string): string {
  return WAITING[language](title);
}
