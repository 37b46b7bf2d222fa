// NATS (docs.nats.io/reference/reference-protocols/nats-protocol) and Redis (RESP2): lines, then
// bytes of a length that a line told.
#include <stdexcept>
#include <string>

#include "tests/bench/relay/rivals.h"

namespace freshet::bench {
namespace {

constexpr std::string_view kEnd = "\r\n";

void append(std::string_view text, Bytes& to) {
  to.insert(to.end(), text.begin(), text.end());
}

// The line at the front, without its end; an empty view when it is not whole.
std::string_view whole_line(ByteView bytes) {
  const std::string_view text = text_of(bytes);
  const std::size_t end = text.find(kEnd);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end);
}

class NatsFormat final : public Format {
 public:
  void open(Role role, Bytes& to) override {
    append("CONNECT {\"verbose\":false,\"pedantic\":false}\r\n", to);
    if (role == Role::sink) append("SUB m 1\r\n", to);
  }

  void put(Bytes& to) override {
    append("PUB m 100\r\n", to);
    to.insert(to.end(), kBodyBytes, Byte{'q'});
    append(kEnd, to);
  }

  std::size_t take(ByteView& bytes, Bytes& answer) override {
    std::size_t messages = 0;
    while (true) {
      const std::string_view line = whole_line(bytes);
      if (line.empty()) return messages;
      std::size_t used = line.size() + kEnd.size();
      if (line.starts_with("MSG ")) {
        used += kBodyBytes + kEnd.size();
        if (bytes.size() < used) return messages;
        ++messages;
      } else if (line == "PING") {
        append("PONG\r\n", answer);
      } else if (line.starts_with("-ERR")) {
        throw std::runtime_error("nats says " + std::string(line));
      }
      bytes = bytes.subspan(used);
    }
  }
};

class RedisFormat final : public Format {
 public:
  void open(Role role, Bytes& to) override {
    if (role == Role::sink) append("*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\nm\r\n", to);
  }

  void put(Bytes& to) override {
    append("*3\r\n$7\r\nPUBLISH\r\n$1\r\nm\r\n$100\r\n", to);
    to.insert(to.end(), kBodyBytes, Byte{'q'});
    append(kEnd, to);
  }

  // A push is "*3", "$7", "message", "$1", "m", "$100" and the body; it is told by its body's
  // length.
  std::size_t take(ByteView& bytes, Bytes& /*answer*/) override {
    std::size_t messages = 0;
    while (true) {
      const std::string_view line = whole_line(bytes);
      if (line.empty()) return messages;
      std::size_t used = line.size() + kEnd.size();
      if (line == "$100") {
        used += kBodyBytes + kEnd.size();
        if (bytes.size() < used) return messages;
        ++messages;
      } else if (line.front() == '-') {
        throw std::runtime_error("redis says " + std::string(line));
      }
      bytes = bytes.subspan(used);
    }
  }
};

}  // namespace

std::unique_ptr<Format> nats_format() {
  return std::make_unique<NatsFormat>();
}
std::unique_ptr<Format> redis_format() {
  return std::make_unique<RedisFormat>();
}

}  // namespace freshet::bench
