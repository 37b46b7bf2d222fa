// The codec's part about results of searches: structs to the generated messages and back.
#pragma once

#include <optional>

#include "node/api/messages.h"

#include "freshet/control/v1/control.pb.h"

namespace freshet::api {

void write(const Hit& from, control::v1::Reply& to);
void write(const SearchDone& from, control::v1::Reply& to);

/// nullopt: an id has a wrong length.
std::optional<Reply> read(const control::v1::Hit& from);
SearchDone read(const control::v1::SearchDone& from);

}  // namespace freshet::api
