// A stream of frames as a link delivers it: each header is read, its body goes to the decoder of
// its type. Whatever decodes keeps the limits that its header states.
#include <algorithm>

#include "node/base/check.h"
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/frame.h"

namespace freshet::wire {
namespace {

void decode_query_body(ByteView body) {
  const auto query = decode_query(body);
  if (!query) return;
  const std::size_t words = query->terms.size() + query->excluded.size() + query->phrases.size();
  FRESHET_CHECK(words <= kMaxQueryWords);
  FRESHET_CHECK(!query->content || words == 0);
  const auto again = decode_query(encode(*query));
  FRESHET_CHECK(again && again->terms == query->terms && again->content == query->content);
}

void decode_hit_body(ByteView body) {
  const auto hit = decode_query_hit(body);
  if (!hit) return;
  FRESHET_CHECK(hit->record.files.size() <= kMaxHitFiles);
  FRESHET_CHECK(hit->record.addresses.size() <= kMaxHitAddresses);
  for (const HitFile& file : hit->record.files)
    FRESHET_CHECK(file.name.find('/') == std::string::npos && file.name != "..");
  FRESHET_CHECK(decode_query_hit(encode_query_hit(encode_record(hit->record), hit->signature)));
}

void decode_pong_body(ByteView body) {
  const auto pong = decode_pong(body);
  if (!pong) return;
  FRESHET_CHECK(pong->nodes.size() <= kMaxPongNodes);
  const auto again = decode_pong(encode(*pong));
  FRESHET_CHECK(again && again->nodes.size() == pong->nodes.size());
}

void decode_body(FrameType type, ByteView body) {
  switch (type) {
    case FrameType::hello:
      if (const auto hello = decode_hello(body)) FRESHET_CHECK(decode_hello(encode(*hello)));
      break;
    case FrameType::bye:
      if (const auto bye = decode_bye(body)) FRESHET_CHECK(decode_bye(encode(*bye)));
      break;
    case FrameType::pong:
      decode_pong_body(body);
      break;
    case FrameType::query:
      decode_query_body(body);
      break;
    case FrameType::query_hit:
      decode_hit_body(body);
      break;
    default:
      break;
  }
}

void decode_stream(ByteView stream) {
  while (stream.size() >= kFrameHeaderBytes) {
    const FrameHeader header = decode_header(stream.data());
    EncodedHeader again{};
    encode_header(header, again.data());
    FRESHET_CHECK(std::equal(again.begin(), again.end(), stream.begin()));
    stream = stream.subspan(kFrameHeaderBytes);
    // A length that lies still feeds the decoders here; a link would end.
    const ByteView body = stream.first(std::min<std::size_t>(header.body_bytes, stream.size()));
    decode_body(header.type, body);
    stream = stream.subspan(body.size());
  }
}

}  // namespace
}  // namespace freshet::wire

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  freshet::wire::decode_stream({data, size});
  return 0;
}
