/** What an endpoint reads while there is no program: the catalogue of the slide. */
const SLIDE = {
  vi: (title: string) => `${title}\nXin chờ trong giây lát…`,
  en: (title: string) => `${title}\nPlease wait a moment…`,
};

export function slideText(language: 'vi' | 'en', title: string): string {
  return SLIDE[language](title);
}
