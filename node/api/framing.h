// A Protobuf message with its length before it. For the codecs in this folder.
#pragma once

#include <google/protobuf/message_lite.h>

#include "node/api/codec.h"

namespace freshet::api {

inline Bytes with_length(const google::protobuf::MessageLite& message) {
  const std::size_t length = message.ByteSizeLong();
  Bytes bytes(kLengthBytes + length);
  store_le(static_cast<std::uint32_t>(length), bytes.data());
  message.SerializeWithCachedSizesToArray(bytes.data() + kLengthBytes);
  return bytes;
}

}  // namespace freshet::api
