import type { LineState, Measure, Reason } from '../../server/protocol/lines.ts';
import { formatDuration } from '../ui/durations.ts';
import { catalogue } from '../ui/words.svelte.ts';

/** The state of a line, and why it is so. */
export const lineWords = catalogue({
  vi: {
    levels: {
      good: 'Đường truyền tốt',
      strained: 'Đường truyền căng',
      poor: 'Đường truyền kém',
      down: 'Mất đường truyền',
    },
    measures: {
      loss: 'mất gói {value}',
      jitter: 'biến động trễ {value}',
      roundTrip: 'trễ khứ hồi {value}',
      silence: 'không nhận được gì trong {value}',
      bandwidth: 'chỉ còn {value}',
      frozen: 'hình đứng {value} thời gian',
      concealed: 'tiếng phải bù {value}',
      processor: 'máy tính quá tải',
      connection: 'mất kết nối',
    },
    directions: { up: 'chiều về trung tâm', down: 'chiều tới điểm cầu' },
    reason: '{level}: {cause}, đã {duration}',
    cause: '{measure}, {direction}',
  },
  en: {
    levels: { good: 'Line good', strained: 'Line strained', poor: 'Line poor', down: 'Line down' },
    measures: {
      loss: 'loss {value}',
      jitter: 'jitter {value}',
      roundTrip: 'round trip {value}',
      silence: 'nothing received for {value}',
      bandwidth: 'no more than {value}',
      frozen: 'picture still {value} of the time',
      concealed: 'sound made up {value}',
      processor: 'the computer is overloaded',
      connection: 'connection lost',
    },
    directions: { up: 'from the site', down: 'to the site' },
    reason: '{level}: {cause}, for {duration}',
    cause: '{measure}, {direction}',
  },
});

/** In one sentence: "Line strained: loss 4 %, from the site, for 0:12". */
export function sayLine({ level, reasons }: LineState, now: number): string {
  const [reason] = reasons;
  if (!reason) return lineWords.levels[level];
  const cause = sayCause(reason);
  return lineWords.reason({ level: lineWords.levels[level], cause, duration: formatDuration(now - reason.since) });
}

/** "loss 4 %, from the site". */
export function sayCause({ measure, direction, value }: Pick<Reason, 'measure' | 'direction' | 'value'>): string {
  const said = lineWords.measures[measure];
  return lineWords.cause({
    measure: typeof said === 'string' ? said : said({ value: sayValue(measure, value) }),
    direction: lineWords.directions[direction],
  });
}

function sayValue(measure: Measure, value: number): string {
  switch (measure) {
    case 'loss':
    case 'frozen':
    case 'concealed':
      return `${Math.round(value * 100)} %`;
    case 'silence':
      return `${Math.round(value / 1000)} s`;
    case 'bandwidth':
      return `${Math.round(value)} kbit/s`;
    default:
      return `${Math.round(value)} ms`;
  }
}
