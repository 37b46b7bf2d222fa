// The codec's part about the network around a node: structs to the generated messages and back.
#pragma once

#include <optional>

#include "node/api/messages.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {

void write(const NetworkRequest& from, control::v1::Request& to);
void write(const NetworkInfo& from, control::v1::Reply& to);

NetworkRequest read(const control::v1::Network& from);
/// nullopt: not what it should be.
std::optional<Reply> read(const control::v1::NetworkInfo& from);

}  // namespace freshet::api
