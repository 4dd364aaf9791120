/** Loaded into a gateway before everything else (`--import`): on demand its time of day is another by so many ms. */
const timeOfDay = Date.now;
let movedMs = 0;

process.on('message', (message) => {
  if (typeof message === 'object' && message !== null && 'movedMs' in message) movedMs = Number(message.movedMs);
});
Date.now = () => timeOfDay() + movedMs;
