// A peer's whole stream: the splitter, fed in chunks that the input chooses, and every decoder. The
// first byte is the chunks' size.
#include <algorithm>
#include <cstdlib>

#include "node/wire/bt/bencode.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/stream_splitter.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

void look_at(const Message& message) {
  const Shape shape = Shape::of((std::uint64_t{64} << 20U) + 40000);
  if (const auto* request = std::get_if<HashRequest>(&message)) {
    if (is_answerable(*request, shape) && uncle_count(*request) > kMaxTreeHeight) std::abort();
  } else if (const auto* hashes = std::get_if<Hashes>(&message)) {
    if (proves(hashes->request, hashes->hashes, shape)) std::abort();  // SHA-256 was broken
  } else if (const auto* extended = std::get_if<Extended>(&message)) {
    (void)Bencoded::parse(extended->payload);
  }
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t chunk = std::size_t{1} + data[0] * std::size_t{7};
  ByteView stream(data + 1, size - 1);
  StreamSplitter splitter;
  while (!stream.empty()) {
    const std::size_t length = std::min(chunk, stream.size());
    // A copy of its own size lets AddressSanitizer see a read beyond the chunk.
    const Bytes part(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(length));
    stream = stream.subspan(length);
    splitter.feed(part);
    for (auto item = splitter.next(); item.kind != StreamSplitter::Kind::more;
         item = splitter.next()) {
      if (item.kind == StreamSplitter::Kind::broken) return 0;
      if (item.kind == StreamSplitter::Kind::handshake) (void)decode_handshake(item.bytes);
      if (item.kind == StreamSplitter::Kind::piece && item.bytes.size() != item.block.length) {
        std::abort();
      }
      if (item.kind != StreamSplitter::Kind::message) continue;
      if (const auto message = decode_message(item.bytes)) look_at(*message);
    }
  }
  return 0;
}
