// ZMTP 3.0 with the NULL mechanism (rfc.zeromq.org/spec/23): a greeting of 64 bytes, a READY
// command, then short frames.
#include <array>
#include <stdexcept>
#include <string>

#include "tests/bench/relay/rivals.h"

namespace freshet::bench {
namespace {

constexpr std::size_t kGreetingBytes = 64;
constexpr Byte kCommand = 0x04;
constexpr Byte kLong = 0x02;

void append_text(std::string_view text, Bytes& to) {
  to.insert(to.end(), text.begin(), text.end());
}

class ZeromqFormat final : public Format {
 public:
  void open(Role role, Bytes& to) override {
    std::array<Byte, kGreetingBytes> greeting{};
    greeting[0] = 0xFF;
    greeting[9] = 0x7F;
    greeting[10] = 3;
    constexpr std::string_view kMechanism = "NULL";
    std::copy(kMechanism.begin(), kMechanism.end(), greeting.begin() + 12);
    to.insert(to.end(), greeting.begin(), greeting.end());
    const std::string_view type = role == Role::source ? "PUB" : "SUB";
    std::string ready("\x05READY\x0BSocket-Type", 18);
    ready.append({0, 0, 0, 3}).append(type);
    frame(kCommand, ready, to);
    subscribes_ = role == Role::sink;
  }

  void put(Bytes& to) override {
    to.push_back(0);
    to.push_back(kBodyBytes);
    to.insert(to.end(), kBodyBytes, Byte{'q'});
  }

  std::size_t take(ByteView& bytes, Bytes& answer) override {
    std::size_t messages = 0;
    if (!is_greeted_) {
      if (bytes.size() < kGreetingBytes) return 0;
      bytes = bytes.subspan(kGreetingBytes);
      is_greeted_ = true;
    }
    while (bytes.size() >= 2) {
      if ((bytes[0] & kLong) != 0) throw std::runtime_error("a long frame was not expected");
      const std::size_t used = std::size_t{2} + bytes[1];
      if (bytes.size() < used) break;
      // libzmq ends a connection on which anything precedes its own READY.
      if (bytes[0] == kCommand && subscribes_) {
        frame(0, "\x01", answer);  // to everything
        subscribes_ = false;
      }
      if (bytes[0] == 0 && bytes[1] == kBodyBytes) ++messages;
      bytes = bytes.subspan(used);
    }
    return messages;
  }

 private:
  static void frame(Byte flags, std::string_view body, Bytes& to) {
    to.push_back(flags);
    to.push_back(static_cast<Byte>(body.size()));
    append_text(body, to);
  }

  bool is_greeted_ = false;
  bool subscribes_ = false;  ///< once the forwarder is ready
};

}  // namespace

std::unique_ptr<Format> zeromq_format() {
  return std::make_unique<ZeromqFormat>();
}

}  // namespace freshet::bench
