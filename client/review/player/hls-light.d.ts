/** The player without subtitles, encryption of its own and other languages; it brings no types of its own. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
