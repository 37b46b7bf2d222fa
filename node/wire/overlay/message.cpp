#include "node/wire/overlay/message.h"

#include <google/protobuf/message_lite.h>

#include "node/wire/overlay/fields.h"
#include "node/wire/overlay/frame.h"

namespace freshet::wire {

Bytes serialize(const google::protobuf::MessageLite& message) {
  Bytes body(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(body.data());
  return body;
}

bool parse(ByteView body, google::protobuf::MessageLite& message) {
  return body.size() <= kMaxBodyBytes && has_few_fields(body)
         && message.ParseFromArray(body.data(), static_cast<int>(body.size()));
}

}  // namespace freshet::wire
