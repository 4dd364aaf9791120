import GLib from 'gi://GLib?version=2.0';

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    GLib.timeout_add(GLib.PRIORITY_DEFAULT, ms, () => {
      resolve();
      return false;
    });
  });
}
