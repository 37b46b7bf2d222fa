// The codec's part about browsing: structs to the generated messages and back.
#pragma once

#include <optional>

#include "node/api/messages.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {

void write(const BrowseRequest& from, control::v1::Request& to);
void write(const BrowseDone& from, control::v1::Reply& to);

/// nullopt: not what it should be.
std::optional<Request> read(const control::v1::Browse& from);
std::optional<Reply> read(const control::v1::BrowseDone& from);

}  // namespace freshet::api
