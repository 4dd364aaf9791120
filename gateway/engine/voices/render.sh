#!/bin/sh
# Renders the demonstration voices: each line of script.tsv becomes NAME.ogg (Opus, mono) beside it.
# Run again only when script.tsv changes; the files are committed, so a demonstration needs neither tool.
# Needs Debian's espeak-ng and ffmpeg.
set -eu
cd "$(dirname "$0")"

tab="$(printf '\t')"
grep -v '^#' script.tsv | while IFS="$tab" read -r name voice pitch speed text; do
  espeak-ng -v "$voice" -p "$pitch" -s "$speed" --stdout "$text" </dev/null |
    ffmpeg -nostdin -loglevel error -y -i - \
      -af 'highpass=f=90,loudnorm=I=-20:TP=-3,apad=pad_dur=0.6' \
      -c:a libopus -application voip -b:a 20k -ac 1 -ar 48000 -map_metadata -1 -fflags +bitexact "$name.ogg"
done
