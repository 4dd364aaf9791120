import { createHash, timingSafeEqual } from 'node:crypto';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Request, RequestHandler } from 'express';
import type { LineState } from '../protocol/lines.ts';
import { Refused } from '../protocol/refusals.ts';
import type { MonitorPort } from './ports.ts';
import type { Sessions } from './sessions.ts';

interface MetricsParts {
  monitor: MonitorPort;
  /** What Prometheus shows; absent: it must ask from this machine. */
  metricsPassword?: string | undefined;
}

const LEVELS = ['good', 'strained', 'poor', 'down'] as const;
/** Node measures from one timer to the next: the time between them is no delay. */
const LOOP_RESOLUTION_MS = 10;
const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/**
 * `/metrics` in Prometheus' text format
 * (https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format): with the password as a bearer
 * token, for operators, and where none is set for this machine.
 */
export function serveMetrics({ monitor, metricsPassword }: MetricsParts, sessions: Sessions): RequestHandler {
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  return async (request, response) => {
    if (!isLetIn(request, metricsPassword)) await sessions.require(request);
    const process = processMetrics(Math.max(0, loop.percentile(99) / 1e9 - LOOP_RESOLUTION_MS / 1000));
    loop.reset();
    response.type(CONTENT_TYPE).send(render([...process, ...lineMetrics(monitor.lines())]));
  };
}

/** A proxy on this machine speaks for others. */
function isLetIn(request: Request, expected: string | undefined): boolean {
  const [, given] = /^Bearer (.+)$/.exec(request.get('authorization') ?? '') ?? [];
  if (expected !== undefined) return given !== undefined && isSame(given, expected);
  if (given !== undefined) throw new Refused('notPermitted');
  const isProxied = ['x-forwarded-for', 'forwarded', 'x-real-ip'].some((name) => request.get(name) !== undefined);
  return !isProxied && ['127.0.0.1', '::1', '::ffff:127.0.0.1'].includes(request.socket.remoteAddress ?? '');
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

export interface Metric {
  name: string;
  help: string;
  type: 'gauge' | 'counter';
  values: { labels: Record<string, string>; value: number }[];
}

export function processMetrics(loopDelaySeconds: number): Metric[] {
  const { user, system } = process.cpuUsage();
  const one = (name: string, help: string, type: Metric['type'], value: number): Metric => {
    return { name, help, type, values: [{ labels: {}, value }] };
  };
  return [
    one('process_cpu_seconds_total', 'CPU time of the server process.', 'counter', (user + system) / 1e6),
    one('process_resident_memory_bytes', 'Memory of the server process.', 'gauge', process.memoryUsage.rss()),
    one(
      'rostrum_loop_delay_seconds',
      'Delay of the loop since the last time, 99th percentile.',
      'gauge',
      loopDelaySeconds,
    ),
  ];
}

export function lineMetrics(rooms: ReturnType<MonitorPort['lines']>): Metric[] {
  const all = rooms.flatMap(({ roomId, lines }) => [...lines].map(([site, line]) => ({ roomId, site, line })));
  const gauge = (name: string, help: string, values: Metric['values']): Metric => ({
    name,
    help,
    type: 'gauge',
    values,
  });
  const halves = (name: string, help: string, figure: keyof LineState['up'], scale = 1): Metric => {
    const values = all.flatMap(({ roomId, site, line }) =>
      (['up', 'down'] as const).flatMap((direction) => {
        const value = line[direction][figure];
        return value === undefined
          ? []
          : [{ labels: { room: roomId, participant: site, direction }, value: value * scale }];
      }),
    );
    return gauge(name, help, values);
  };
  return [
    gauge('rostrum_rooms', 'Meetings that are open.', [{ labels: {}, value: rooms.length }]),
    gauge(
      'rostrum_line_level',
      'State of a line: 0 good, 1 strained, 2 poor, 3 down.',
      all.map(({ roomId, site, line }) => ({
        labels: { room: roomId, participant: site },
        value: LEVELS.indexOf(line.level),
      })),
    ),
    halves('rostrum_line_bits_per_second', 'What a line carries.', 'kbps', 1000),
    halves('rostrum_line_loss_ratio', 'Packets lost, 0 to 1.', 'loss'),
    halves('rostrum_line_jitter_seconds', 'Jitter (RFC 3550).', 'jitterMs', 0.001),
    halves('rostrum_line_round_trip_seconds', 'Round trip.', 'roundTripMs', 0.001),
    halves('rostrum_line_speech_opinion', 'Estimated opinion of speech, 1 to 4.5 (ITU-T G.107).', 'speech'),
    halves('rostrum_line_picture_opinion', 'Estimated opinion of pictures, 1 to 4.5.', 'picture'),
  ];
}

export function render(metrics: readonly Metric[]): string {
  return metrics
    .map(({ name, help, type, values }) => {
      const lines = values.map(({ labels, value }) => `${name}${labelsOf(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`;
    })
    .join('');
}

function labelsOf(labels: Record<string, string>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    return `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
  });
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}
