#!/bin/bash
# Builds mediasoup's worker from the sources in its npm package against the
# system's libraries, downloading nothing. Tried with mediasoup 3.27.1.
#
# usage: build.sh PACKAGE_DIR BUILD_DIR OUTPUT [JOBS]
#
# Needs: g++ meson ninja-build pkg-config libuv1-dev libssl-dev
#   libsrtp2-dev libflatbuffers-dev flatbuffers-compiler libabsl-dev
set -euo pipefail

source=$(realpath "$1")
build=$(realpath -m "$2")
output=$(realpath -m "$3")
jobs=${4:-$(nproc)}
overlay=$(cd "$(dirname "$0")" && pwd)/overlay
work=$build/worker

# Edits one line of one source file; a version in which it is not found is one
# nobody has tried, so the build stops there.
edit() { # FILE SED_EXPRESSION RESULT
	sed -i -e "$2" "$1"
	if ! grep -qF -- "$3" "$1"; then
		echo "$1: the line to edit was not found: $2" >&2
		exit 1
	fi
}

rm -rf "$work"
mkdir -p "$build"
cp -r "$source/worker" "$work"
cd "$work"

# Replace the wraps, which download, with the overlay, which uses the system.
rm -rf subprojects
cp -r "$overlay/subprojects" subprojects

# Debian 12 has meson 1.0.
edit meson.build "s/meson_version: '>= 1\.1\.0'/meson_version: '>= 1.0.0'/" "meson_version: '>= 1.0.0'"

# A precompiled header halves the build time: the overlay's list and every
# FlatBuffers header.
edit meson.build "s|^  sources: common_sources + \['src/main.cpp'\],|&\n  cpp_pch: 'pch/mediasoup.hpp',|" 'cpp_pch:'
mkdir pch
{
	cat "$overlay/pch/mediasoup.hpp"
	for schema in fbs/*.fbs; do
		echo "#include \"FBS/$(basename "$schema" .fbs).h\""
	done
	echo '#endif'
} > pch/mediasoup.hpp

# Let BIO operations report their own result. BIO_CB_RETURN is a flag (0x80)
# that comes or'ed with the operation, so comparing with == made every control
# operation on the outgoing BIO report 1. With an OpenSSL built with kernel TLS,
# as Debian's and Ubuntu's are, BIO_get_ktls_send() then says yes, libssl
# allocates no write buffer, and the first DTLS handshake record is written
# through a null pointer (SIGSEGV).
edit src/RTC/DtlsTransport.cpp 's/(operationType == BIO_CB_RETURN)/(operationType \& BIO_CB_RETURN)/' \
	'(operationType & BIO_CB_RETURN)'

# A layer that arrives is never taken for dead, however much of it is lost.
# Score 0 means both, and no viewer is sent a layer that has it: on a line that
# has come back pictures stood for one to two seconds more, until an interval
# without loss and then a key frame had passed.
edit src/RTC/RTP/RtpStream.cpp 's/std::round(static_cast<double>(totalScore) \/ samples)/std::max(1.0, &)/' \
	'std::max(1.0, std::round('

# What was lost before two seconds of silence is not asked for again: the
# sender would spend a line that has just come back on pictures that nobody
# waits for any more, before it sends a new one. A few packets are, for a shared
# screen that does not change is silent too.
edit include/RTC/NackGenerator.hpp 's/^\t*uint16_t lastSeq{.*/&\n\t\tint64_t lastAtMs{ 0 };/' 'int64_t lastAtMs{ 0 };'
edit src/RTC/NackGenerator.cpp 's/^\t*AddPacketsToNackList(this->lastSeq + 1, seq);/\
		const int64_t silentMs = this->shared->GetTimeMs() - this->lastAtMs;\
		this->lastAtMs += silentMs;\
		if (silentMs < 2000 || static_cast<uint16_t>(seq - this->lastSeq) < 20)\
			AddPacketsToNackList(this->lastSeq + 1, seq);\
		else\
			this->nackList.clear();/' 'silentMs < 2000'

meson setup build --buildtype=release -Db_ndebug=true --wrap-mode=nodownload
# libwebrtc's sources include the generated headers without depending on them.
meson compile -C build flatbuffers-generator
# Naming the target matters: plain "ninja" also builds the tests.
ninja -C build -j "$jobs" mediasoup-worker

mkdir -p "$(dirname "$output")"
install -s -m 755 build/mediasoup-worker "$output"
