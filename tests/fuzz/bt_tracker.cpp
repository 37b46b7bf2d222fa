// What is said to the tracker, and what one says.
#include <cstdlib>

#include "node/wire/bt/announce.h"
#include "node/wire/bt/http_reply.h"
#include "node/wire/bt/http_request.h"
#include "node/wire/bt/tracker_url.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto length = http_request_length(input);
  if (length && *length > size) std::abort();
  const auto request = parse_http_request(input);
  if (request) (void)read_announce(*request);
  if (const auto url = parse_tracker_url(text_of(input))) (void)http_get(*url, "a=b");
  if (const auto body = http_body(input)) {
    const auto heard = read_announce_answer(*body);
    if (heard && heard->peers.size() > 2 * kMaxHeardPeers) std::abort();
  }
  return 0;
}
