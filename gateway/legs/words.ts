/** What an endpoint reads while there is no program: the catalogue of the slide. */
const SLIDE = {
  vi: {
    waiting: (title: string) => `${title}\nXin chờ trong giây lát…`,
    pin: 'Nhập mã PIN của cuộc họp\nrồi nhấn phím #',
  },
  en: {
    waiting: (title: string) => `${title}\nPlease wait a moment…`,
    pin: 'Enter the PIN of the meeting,\nthen press #',
  },
};

export function slideText(language: 'vi' | 'en', title: string): string {
  return SLIDE[language].waiting(title);
}

/** To a caller who is asked for the PIN. */
export function pinText(language: 'vi' | 'en'): string {
  return SLIDE[language].pin;
}
