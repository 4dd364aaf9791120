import type GObject from 'gi://GObject?version=2.0';
import type Gst from 'gi://Gst?version=1.0';
import type { Loudness } from './mixes/levelling.ts';
import { elementOf } from './rtp.ts';

/** What a `level` element says, of the first channel. */
export function readLoudness(structure: Gst.Structure): Loudness {
  return { rms: firstOf(structure, 'rms'), peak: firstOf(structure, 'peak') };
}

/** It says -inf for silence, which JSON has no number for. */
function firstOf(structure: Gst.Structure, field: string): number {
  const value = (structure.get_value(field) as GObject.ValueArray).get_nth(0) as number;
  return Math.max(-100, value);
}

/** Sets the `volume` element named `gain`; it can add 20 dB at most. */
export function applyGain(bin: Gst.Bin, gainDb: number): void {
  elementOf(bin, 'gain').set_property('volume', 10 ** (gainDb / 20));
}
