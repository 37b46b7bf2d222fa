// What a UDP tracker answers.
#include <cstdlib>

#include "node/wire/bt/tracker_reason.h"
#include "node/wire/bt/udp_tracker.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

void check(const Error& refusal) {
  if (refusal.message.empty() || refusal.message.size() > kMaxTrackerReasonBytes) std::abort();
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto asked = size < 8 ? 0 : load_be<std::uint32_t>(data + 4);
  if (read_udp_connect_answer(input, ~asked)) std::abort();
  if (const auto connection = read_udp_connect_answer(input, asked)) {
    if (!*connection) check(connection->error());
  }
  for (const auto family : {UdpTrackerFamily::v4, UdpTrackerFamily::v6}) {
    if (read_udp_announce_answer(input, ~asked, family)) std::abort();
    const auto heard = read_udp_announce_answer(input, asked, family);
    if (!heard) continue;
    if (!*heard) {
      check(heard->error());
    } else if ((*heard)->peers.size() > kMaxHeardPeers
               || (*heard)->interval_s > kMaxHeardIntervalS) {
      std::abort();
    }
  }
  return 0;
}
