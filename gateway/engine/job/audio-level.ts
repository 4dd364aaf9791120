import Gst from 'gi://Gst?version=1.0';
import GstRtp from 'gi://GstRtp?version=1.0';
import { elementOf } from './rtp.ts';
import { AUDIO_LEVEL_EXTENSION_ID } from './sound-description.ts';

/** Has the payloader of `levelledOpus` write the client-to-mixer audio level into each packet (RFC 6464). */
export function announceLevel(bin: Gst.Bin): void {
  const extension = Gst.ElementFactory.make('rtphdrextclientaudiolevel', null) as GstRtp.RTPHeaderExtension;
  // The class is known to gjs only once its library has been looked at.
  GstRtp.RTPHeaderExtension.prototype.set_id.call(extension, AUDIO_LEVEL_EXTENSION_ID);
  elementOf(bin, 'sound-pay').emit('add-extension', extension);
}
