import type { BudgetHalf, SiteBudget } from '../../server/protocol/budget.ts';
import { sayRate } from '../line-tests/say-test.ts';
import { words } from './words.ts';

/** `cần 4,3 Mbit/s, có 2 Mbit/s`. */
export function sayHalf({ needKbps, capacityKbps }: BudgetHalf): string {
  const need = sayRate(needKbps);
  if (capacityKbps === undefined) return words.noCapacity({ need });
  return words.ofCapacity({ need, capacity: sayRate(capacityKbps) });
}

/** What a site with too narrow a line gets instead, in one sentence; '' of one that bears it, or bears nothing. */
export function sayInstead(budget: SiteBudget): string {
  if (budget.remedy !== 'less') return '';
  const parts = [words.sound, ...(budget.down.bears ? [] : receivesOf(budget)), ...sendsOf(budget)];
  return `${parts.join('; ')}.`;
}

/** What is to be done; '' where nothing is. */
export function sayRemedy({ remedy, down, up }: SiteBudget): string {
  if (remedy === 'none') return '';
  const what = [
    ...(down.bears ? [] : [words.widen.down({ rate: sayRate(down.needKbps) })]),
    ...(up.bears ? [] : [words.widen.up({ rate: sayRate(up.needKbps) })]),
  ];
  return words.remedy[remedy]({ what: what.join(', ') });
}

function receivesOf({ given, composed }: SiteBudget): string[] {
  if (composed) {
    const { height, wantedHeight: wanted, contentHeight } = composed;
    if (contentHeight === undefined)
      return [height < wanted ? words.composedLess({ height, wanted }) : words.composedSmall({ height })];
    return [
      height < wanted ? words.composedLess({ height, wanted }) : words.composedSame({ height }),
      contentHeight < wanted
        ? words.contentLess({ height: contentHeight, wanted })
        : words.contentSmall({ height: contentHeight }),
    ];
  }
  if (!given) return [];
  const { speaker, wantedSpeaker, content, wantedContent, others, wantedOthers } = given;
  return [
    ...(speaker === null || wantedSpeaker === null
      ? []
      : [
          speaker < wantedSpeaker
            ? words.speakerLess({ lines: speaker, wanted: wantedSpeaker })
            : words.speakerSame({ lines: speaker }),
        ]),
    ...(wantedContent ? [content ? words.content : words.noContent] : []),
    ...(wantedOthers > 0 ? [words.othersLeft({ n: others, all: wantedOthers })] : []),
  ];
}

function sendsOf({ up, sends }: SiteBudget): string[] {
  return up.bears || sends === null ? [] : [words.sendsLess({ lines: sends })];
}
