#include "node/io/testbed/capture.h"

#include <array>

namespace freshet::io::testbed {
namespace {

constexpr std::uint32_t kNanosecondPcap = 0xA1B23C4D;
constexpr std::uint32_t kUser0 = 147;
constexpr std::size_t kNumbersBytes = 8;

void store_be(std::uint32_t value, Byte* to) {
  for (int i = 3; i >= 0; --i, value >>= 8U) to[i] = static_cast<Byte>(value);
}

}  // namespace

Capture::Capture(const std::string& file, std::uint32_t node)
    : file_(std::fopen(file.c_str(), "wbe")),
      node_(node) {
  if (!file_) return;
  std::array<Byte, 24> head{};
  store_le(kNanosecondPcap, head.data());
  store_le(std::uint16_t{2}, head.data() + 4);
  store_le(std::uint16_t{4}, head.data() + 6);
  store_le(std::uint32_t{wire::kMaxBodyBytes + 64}, head.data() + 16);
  store_le(kUser0, head.data() + 20);
  std::fwrite(head.data(), 1, head.size(), file_.get());
}

void Capture::add(std::uint32_t peer,
                  const wire::FrameHeader& header,
                  ByteView body,
                  TimePoint at) {
  if (!file_) return;
  constexpr std::uint64_t kNanos = 1'000'000'000;
  const auto time = static_cast<std::uint64_t>(at.time_since_epoch().count());
  const auto size =
      static_cast<std::uint32_t>(kNumbersBytes + wire::kFrameHeaderBytes + body.size());
  std::array<Byte, 16 + kNumbersBytes + wire::kFrameHeaderBytes> head{};
  store_le(static_cast<std::uint32_t>(time / kNanos), head.data());
  store_le(static_cast<std::uint32_t>(time % kNanos), head.data() + 4);
  store_le(size, head.data() + 8);
  store_le(size, head.data() + 12);
  store_be(node_, head.data() + 16);
  store_be(peer, head.data() + 20);
  wire::encode_header(header, head.data() + 16 + kNumbersBytes);
  std::fwrite(head.data(), 1, head.size(), file_.get());
  std::fwrite(body.data(), 1, body.size(), file_.get());
  std::fflush(file_.get());
}

}  // namespace freshet::io::testbed
