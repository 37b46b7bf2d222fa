// What a publisher and a subscriber say to each relay that is measured, byte for byte. One object a
// connection. Only what the benchmark needs of each protocol: the relay is trusted.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

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

/// "freshet", "nats", "redis" or "zeromq"; nullptr for any other.
std::unique_ptr<Format> make_format(std::string_view system);

std::unique_ptr<Format> freshet_format();
std::unique_ptr<Format> nats_format();
std::unique_ptr<Format> redis_format();
std::unique_ptr<Format> zeromq_format();

}  // namespace freshet::bench
