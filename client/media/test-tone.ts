const NOTES_HZ = [523.25, 659.25, 783.99];
const NOTE_S = 0.22;

/** Plays three notes through a speaker (empty: the system's own choice). Resolves when they are over. */
export async function playTestTone(speakerId: string): Promise<void> {
  const context: AudioContext & { setSinkId?: (id: string) => Promise<void> } = new AudioContext();
  try {
    // Audio Output Devices API; without it the system's speaker is the only one.
    await context.setSinkId?.(speakerId).catch(() => undefined);
    await context.resume();
    const gain = context.createGain();
    gain.connect(context.destination);
    NOTES_HZ.forEach((frequency, place) => {
      const note = context.createOscillator();
      const begin = context.currentTime + place * NOTE_S;
      note.frequency.value = frequency;
      note.connect(gain);
      // A note that starts or stops at once clicks.
      gain.gain.setValueAtTime(0, begin);
      gain.gain.linearRampToValueAtTime(0.2, begin + 0.02);
      gain.gain.linearRampToValueAtTime(0, begin + NOTE_S - 0.02);
      note.start(begin);
      note.stop(begin + NOTE_S);
    });
    await new Promise((resolve) => setTimeout(resolve, NOTES_HZ.length * NOTE_S * 1000 + 150));
  } finally {
    await context.close();
  }
}
