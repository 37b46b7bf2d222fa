// A reply on the control socket, without its length: what a command believes of whatever listens
// there.
#include "node/api/codec.h"
#include "node/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = freshet::api::decode_reply({data, size});
  if (!reply) return 0;
  const freshet::Bytes framed = freshet::api::encode_reply(*reply);
  const auto again =
      freshet::api::decode_reply(freshet::ByteView(framed).subspan(freshet::api::kLengthBytes));
  FRESHET_CHECK(again.has_value());
  return 0;
}
