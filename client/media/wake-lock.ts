/**
 * Keeps the machine's screen on for as long as the page is seen: nobody touches the PC of a meeting room for hours.
 * Returns the end of it. Screen Wake Lock API: the browser takes the lock away with every change to another tab.
 */
export function keepAwake(): () => void {
  let lock: WakeLockSentinel | undefined;
  let ended = false;
  const ask = async (): Promise<void> => {
    if (ended || document.visibilityState !== 'visible') return;
    // Refused on a weak battery, absent in old browsers: then the machine's own settings decide.
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined);
    if (ended) void lock?.release();
  };
  const seenAgain = (): void => void ask();
  document.addEventListener('visibilitychange', seenAgain);
  void ask();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', seenAgain);
    void lock?.release();
  };
}
