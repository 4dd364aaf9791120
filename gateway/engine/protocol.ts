import { z } from 'zod';

/**
 * The wire between the gateway and its engine processes: JSON lines, commands on the child's stdin, replies and
 * events on its stdout. Every command `{id, command, params}` is answered by exactly one reply with that id.
 * This file holds the envelope and the RTP conventions; each job declares its own commands in `<job>-protocol.ts`.
 */
export const reply = z.union([
  z.object({ ok: z.int().positive(), result: z.record(z.string(), z.unknown()) }),
  z.object({ failed: z.int().positive(), code: z.string().min(1), message: z.string() }),
]);

/** The child says so once, as its first line, when it is ready for commands. */
export const readyEvent = z.object({ event: z.literal('ready'), version: z.string() });

export interface CommandContract {
  readonly params: z.ZodType;
  readonly result: z.ZodType<Record<string, unknown>>;
}

/** One job's contract: its name (the module in `job/` that runs it), its commands, and its events. */
export interface JobContract {
  readonly job: string;
  readonly commands: Readonly<Record<string, CommandContract>>;
  readonly event: z.ZodType<{ event: string }>;
}

export type CommandName<C extends JobContract> = Extract<keyof C['commands'], string>;
/** What the gateway passes with a command (defaults may be left out). */
export type CommandParams<C extends JobContract, K extends CommandName<C>> = z.input<C['commands'][K]['params']>;
export type CommandResult<C extends JobContract, K extends CommandName<C>> = z.output<C['commands'][K]['result']>;
export type JobEvent<C extends JobContract> = z.output<C['event']>;

/** What a job's module in `job/` implements: one function per command, over parsed parameters. */
export type JobCommands<C extends JobContract> = {
  readonly [K in CommandName<C>]: (
    params: z.output<C['commands'][K]['params']>,
  ) => z.input<C['commands'][K]['result']> | Promise<z.input<C['commands'][K]['result']>>;
};

/** The command that every job has: it closes everything and ends the process. */
export const quitCommand = 'quit';

const port = z.int().min(1).max(65535);
export const address = z.object({ ip: z.union([z.ipv4(), z.ipv6()]), port });
export type Address = z.infer<typeof address>;

/** Where the engine binds: an ephemeral port, or the first free even port of an inclusive range. */
export const bind = z.object({
  ip: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  portRange: z.object({ min: port, max: port }).optional(),
});
export type Bind = z.output<typeof bind>;

export const codec = z.enum(['VP8', 'H264', 'opus', 'PCMU', 'PCMA', 'G722']);
export type Codec = z.infer<typeof codec>;

const ssrc = z.int().min(1).max(0xffffffff);
const payloadType = z.int().min(0).max(127);

/**
 * One stream into the engine. RTP and RTCP arrive muxed on one port (RFC 5761), which the engine binds and answers
 * with; its receiver reports and PLIs (RFC 4585 6.3.1) go to `remote` from the same socket. `clockRate` in Hz.
 */
export const rtpInput = z.object({
  ssrc,
  payloadType,
  codec,
  clockRate: z.int().positive(),
  cname: z.string().optional(),
  remote: address,
  bind: bind.default({ ip: '127.0.0.1' }),
});
export type RtpInput = z.output<typeof rtpInput>;

/**
 * One stream out of the engine: RTP and sender reports leave one socket towards `remote`; feedback (PLI, FIR,
 * receiver reports) is read from the same socket.
 */
export const rtpOutput = z.object({
  remote: address,
  payloadType,
  ssrc,
  cname: z.string().min(1),
  bind: bind.default({ ip: '127.0.0.1' }),
});
export type RtpOutput = z.output<typeof rtpOutput>;

/** What an engine answers when it has bound a socket: the local port. */
export const boundPort = z.object({ rtpPort: port });
export const nothing = z.object({});
