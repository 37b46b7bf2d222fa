// A request on the control socket, without its length.
#include "node/api/codec.h"
#include "node/base/check.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto request = freshet::api::decode_request({data, size});
  if (!request) return 0;
  const freshet::Bytes framed = freshet::api::encode_request(*request);
  const auto again =
      freshet::api::decode_request(freshet::ByteView(framed).subspan(freshet::api::kLengthBytes));
  FRESHET_CHECK(again.ok() && *again == *request);
  return 0;
}
