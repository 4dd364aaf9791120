import AudioLines from '@lucide/svelte/icons/audio-lines';
import Gavel from '@lucide/svelte/icons/gavel';
import Pin from '@lucide/svelte/icons/pin';
import Presentation from '@lucide/svelte/icons/presentation';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import SquareDashed from '@lucide/svelte/icons/square-dashed';

/** The sign of each kind of slot, the same on the tiles and on the buttons. */
export const SLOT_ICONS = {
  participant: Pin,
  speaker: AudioLines,
  chair: Gavel,
  content: Presentation,
  auto: RefreshCw,
  empty: SquareDashed,
};
