// An info dictionary of a stranger's, and a message of its metadata.
#include <cstdlib>

#include "node/wire/bt/metadata_message.h"
#include "node/wire/bt/metainfo.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto info = parse_info(input)) {
    const auto again = parse_info(encode_info(*info));
    if (!again || !(*again == *info)) std::abort();
  }
  if (const auto message = decode_metadata(input)) {
    if (message->data.size() > size) std::abort();
    if (!decode_metadata(encode(*message))) std::abort();
  }
  return 0;
}
