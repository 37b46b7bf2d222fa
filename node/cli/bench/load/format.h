// What a publisher and a subscriber say to a relay that is measured, byte for byte. One object a
// connection. Only what the benchmark needs of a protocol: the relay is trusted.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "node/base/bytes.h"

namespace freshet::bench {

enum class Role { source, sink };

/// What every message carries, whatever the protocol adds to it.
inline constexpr std::size_t kBodyBytes = 100;

class Format {
 public:
  Format() = default;
  Format(const Format&) = delete;
  Format& operator=(const Format&) = delete;
  virtual ~Format() = default;

  /// What is said first.
  virtual void open(Role role, Bytes& to) = 0;
  /// Appends one message of kBodyBytes, unlike any other.
  virtual void put(Bytes& to) = 0;
  /// Takes what is whole off the front of `bytes` and returns how many messages it held; what must
  /// be answered is appended to `answer`.
  virtual std::size_t take(ByteView& bytes, Bytes& answer) = 0;
};

using MakeFormat = std::function<std::unique_ptr<Format>()>;

/// Overlay frames: queries for a word that nobody shares.
std::unique_ptr<Format> freshet_format();

}  // namespace freshet::bench
