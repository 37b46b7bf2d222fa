// A body as a generated Protobuf message: written, and read only after its fields were counted, so
// that generated code never allocates for more of them than a body may have.
#pragma once

#include "node/base/bytes.h"

namespace google::protobuf {
class MessageLite;
}

namespace freshet::wire {

Bytes serialize(const google::protobuf::MessageLite& message);
/// False: too long, too many fields, or not such a message; `message` then holds nothing of use.
bool parse(ByteView body, google::protobuf::MessageLite& message);

}  // namespace freshet::wire
