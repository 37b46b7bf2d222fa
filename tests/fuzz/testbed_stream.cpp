// What a neighbour in a testbed sends: any bytes, in pieces of any size.
#include <algorithm>

#include <asio/io_context.hpp>

#include "node/io/testbed/shaper.h"

namespace {

using namespace freshet;

class Outside final : public io::testbed::ShaperOutside {
 public:
  [[nodiscard]] TimePoint now() const override { return {}; }
  [[nodiscard]] TimePoint clock() const override { return {}; }
  [[nodiscard]] std::chrono::steady_clock::time_point real(TimePoint /*time*/) const override {
    return std::chrono::steady_clock::now() - std::chrono::hours(1);
  }
  LinkId introduced(LinkId link, const std::optional<NodeKey>& /*alias*/) override { return link; }
  void received(LinkId /*link*/, ByteView frame, TimePoint /*at*/) override {
    if (frame.size() < wire::kFrameHeaderBytes) __builtin_trap();
  }
  void gone(LinkId /*link*/, TimePoint /*at*/) override {}
  void refuse(LinkId /*link*/) override {}
};

constexpr int kTurns = 1000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  asio::io_context io;
  io::testbed::Ledger ledger;
  Outside outside;
  io::testbed::Setup setup;
  setup.delay = {.kind = io::testbed::Delay::Kind::uniform, .high = std::chrono::milliseconds(9)};
  io::testbed::Shaper shaper(io, setup, ledger, outside);
  ByteView left(data, size);
  while (!left.empty()) {
    const std::size_t piece = std::min<std::size_t>(left.size(), left[0] + std::size_t{1});
    shaper.take(LinkId{1}, left.first(piece));
    left = left.subspan(piece);
  }
  shaper.ended(LinkId{1}, false);
  // Every time has come here, so what is due later than the clock says is looked at again and
  // again.
  for (int turns = 0; turns < kTurns && io.poll_one() != 0; ++turns) {
  }
  return 0;
}
