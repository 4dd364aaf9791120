import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { boundPort, type JobContract, type JobEvent, nothing, rtpOutput } from './protocol.ts';

const siteId = z.string().min(1);

/**
 * Job `simulator`: moving pictures and voices of simulated sites, for the demonstration and for load. One process for
 * all of them. Each site's picture carries its name and a clock; while it speaks its voice file plays in a loop.
 */
export const simulatorContract = {
  job: 'simulator',
  commands: {
    addSite: {
      params: z.object({
        siteId,
        /** Drawn into the picture. */
        name: z.string(),
        /** Hue of the scene in degrees. */
        hue: z.number().min(0).max(360),
        width: z.int().default(320),
        height: z.int().default(180),
        fps: z.int().default(15),
        codec: z.enum(['VP8', 'H264']).default('VP8'),
        /** A file name in `gateway/engine/voices/`; the job gets its path. */
        voice: z
          .string()
          .regex(/^[\w-]+\.ogg$/)
          .transform((name) => fileURLToPath(new URL(`./voices/${name}`, import.meta.url))),
        video: rtpOutput,
        audio: rtpOutput,
      }),
      result: z.object({ videoPort: boundPort.shape.rtpPort, audioPort: boundPort.shape.rtpPort }),
    },
    removeSite: { params: z.object({ siteId }), result: nothing },
    /** Off, it is as good as silent. */
    speak: { params: z.object({ siteId, on: z.boolean() }), result: nothing },
  },
  event: z.discriminatedUnion('event', [
    z.object({ event: z.literal('error'), code: z.string(), message: z.string() }),
  ]),
} as const satisfies JobContract;
export type SimulatorContract = typeof simulatorContract;
export type SimulatorEvent = JobEvent<SimulatorContract>;
export type SimulatedSite = z.output<(typeof simulatorContract)['commands']['addSite']['params']>;
