/**
 * The first peer connection of a browser loads codecs and starts threads, which takes a good part of a second on a slow
 * machine. Done while people still look at their own picture, it does not stand between the click and the meeting.
 */
export async function warmUp(): Promise<void> {
  const connection = new RTCPeerConnection();
  try {
    connection.addTransceiver('audio');
    connection.addTransceiver('video');
    await connection.createOffer();
  } finally {
    connection.close();
  }
}
