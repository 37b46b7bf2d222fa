// Bencoding of a peer or of a file.
#include <cstdlib>

#include "node/wire/bt/bencode.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto document = Bencoded::parse(input);
  if (!document) return 0;
  if (document->root().encoded().size() != size) std::abort();
  for (auto value = document->root().first(); value; value = value->next()) {
    if (!Bencoded::parse(value->encoded())) std::abort();
    (void)value->integer();
    (void)value->text();
  }
  return 0;
}
