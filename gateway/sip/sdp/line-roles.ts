/** Which lines of a description could carry what. Devices offer several of a kind: alternatives, presentations, other cameras. */
import { isCameraLine } from './camera-line.ts';
import { floorsOf, floorTransport } from './floor-control-line.ts';
import { isRtp, type RemoteLine } from './rtp-line.ts';
import { attributeOf } from './sdp.ts';

/** Best first. A line may be in several lists. */
export interface LineRoles {
  audio: RemoteLine[];
  /** People. */
  video: RemoteLine[];
  /** A presentation; `video` is the index of the line that is taken for people. */
  content(video: number | undefined): RemoteLine[];
  floorControl: RemoteLine[];
  camera: RemoteLine[];
}

/** @param keepsContent whether a presentation has a place of its own; without it a lone presentation is the picture */
export function lineRoles(lines: readonly RemoteLine[], keepsContent: boolean): LineRoles {
  const floorControl = lines.filter(({ section }) => floorTransport(section) !== undefined);
  const floorLabels = floorControl.flatMap(({ section }) => floorsOf(section).flatMap(({ label }) => label ?? []));
  const pictures = lines.filter(({ section }) => section.kind === 'video' && isRtp(section));
  const isSlides = (line: RemoteLine) =>
    contentOf(line).length > 0
      ? contentOf(line).includes('slides')
      : floorLabels.includes(attributeOf(line.section.attributes, 'label') ?? '');
  // RFC 4796 §5: sign language and other angles are neither.
  const isPeople = (line: RemoteLine) =>
    !isSlides(line) && (contentOf(line).length === 0 || /main|speaker/.test(contentOf(line).join()));
  const people = [
    ...pictures.filter((line) => contentOf(line).includes('main')),
    ...pictures.filter((line) => isPeople(line) && !contentOf(line).includes('main')),
  ];
  const slides = pictures.filter(isSlides);
  return {
    audio: lines.filter(({ section }) => section.kind === 'audio' && isRtp(section)),
    video: people.length > 0 || (keepsContent && slides.length > 0) ? people : pictures,
    content: (video) => [
      ...slides.filter(({ index }) => index !== video),
      // Old devices say nothing of content: with a floor to be had, the second line is what it is about.
      ...(floorControl.length > 0 && slides.length === 0 ? unnamedSecond(people, video) : []),
    ],
    floorControl,
    camera: lines.filter(({ section }) => isCameraLine(section)),
  };
}

/** A line like that of the people, and after it; one of another profile would be its alternative (SAVP beside AVP). */
function unnamedSecond(people: readonly RemoteLine[], video: number | undefined): RemoteLine[] {
  const chosen = people.find(({ index }) => index === video);
  return people.filter(
    (line) =>
      chosen !== undefined &&
      line.index > chosen.index &&
      contentOf(line).length === 0 &&
      line.section.protocol === chosen.section.protocol,
  );
}

const contentOf = ({ section }: RemoteLine): string[] =>
  (attributeOf(section.attributes, 'content') ?? '')
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((word) => word !== '');
