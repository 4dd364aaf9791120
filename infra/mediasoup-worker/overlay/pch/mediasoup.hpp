// Heavy headers that most of the worker's sources include. Nothing here may use
// MS_CLASS, which each source defines for itself.
#ifndef MEDIASOUP_PCH_HPP
#define MEDIASOUP_PCH_HPP
#include <uv.h>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>
#include <flatbuffers/flatbuffers.h>
#include <openssl/ssl.h>
#if __has_include(<ankerl/unordered_dense.h>)
#include <ankerl/unordered_dense.h>
#endif
