import { z } from 'zod';
import { boundPort, type JobContract, nothing, rtpInput, rtpOutput } from './protocol.ts';

const inputId = z.string().min(1);
const outputId = z.string().min(1);

/** Sound level in dB relative to full scale, -100 for silence. */
const decibels = z.number().max(0);

/** What is added to one voice, in dB, beside what levelling adds; together at most +20. */
const gainDb = z.number().min(-20).max(20);

/**
 * Job `mix`: Opus in, Opus out, 48 kHz. Each output is the sum of all inputs but `exclude`, limited, and flows
 * without a gap whatever comes and goes; with nothing to say it is silence. Refusals: `unknownInput`,
 * `unknownOutput`, `alreadyThere`, `portUnavailable`.
 */
export const mixContract = {
  job: 'mix',
  commands: {
    addInput: {
      params: z.object({
        inputId,
        rtp: rtpInput.extend({ codec: z.literal('opus').default('opus') }),
        gainDb: gainDb.default(0),
        /** Slowly brings a voice that is louder or fainter than others to the loudness of all, by 12 dB at most. */
        levelling: z.boolean().default(true),
      }),
      result: boundPort,
    },
    setGain: { params: z.object({ inputId, gainDb }), result: nothing },
    removeInput: { params: z.object({ inputId }), result: nothing },
    addOutput: {
      params: z.object({
        outputId,
        exclude: inputId.optional(),
        bitrateKbps: z.int().min(8).max(256).default(48),
        rtp: rtpOutput,
      }),
      result: boundPort,
    },
    /** From now on the output goes there, as a stream of that SSRC. What it says goes on without a break. */
    moveOutput: { params: z.object({ outputId, rtp: rtpOutput }), result: boundPort },
    /** Changes whose voice an output leaves out, without touching the output's stream. */
    setExclude: { params: z.object({ outputId, exclude: inputId.nullable() }), result: nothing },
    removeOutput: { params: z.object({ outputId }), result: nothing },
    /** The levels of the last 100 ms, before any gain; an input that has not been heard is left out. */
    levels: {
      params: z.object({}),
      result: z.object({ levels: z.record(inputId, z.object({ rms: decibels, peak: decibels })) }),
    },
    stats: {
      params: z.object({}),
      result: z.object({
        rssBytes: z.int(),
        inputs: z.int(),
        outputs: z.int(),
        /** What is added to each input now, in dB. */
        gains: z.record(inputId, z.number()),
      }),
    },
  },
  event: z.discriminatedUnion('event', [
    z.object({ event: z.literal('inputLive'), inputId }),
    z.object({ event: z.literal('inputStalled'), inputId }),
    /** Something inside failed; the job mends it by itself, and ends the process where it cannot. */
    z.object({ event: z.literal('error'), source: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type MixContract = typeof mixContract;
