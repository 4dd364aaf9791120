import { createSubscriber } from 'svelte/reactivity';

/** One timer for every clock on the page; it runs only while something shows a time. Owned by its subscribers. */
const follow = createSubscriber((update) => {
  const timer = setInterval(update, 500);
  return () => clearInterval(timer);
});

/** This machine's time in milliseconds since 1970; where it is read in a component, that component keeps time. */
export function tickingNow(): number {
  follow();
  return Date.now();
}
