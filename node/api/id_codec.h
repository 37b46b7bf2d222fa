// Ids as the control protocol's bytes.
#pragma once

#include <optional>
#include <string>

#include "node/base/bytes.h"

namespace freshet::api {

template <typename Id>
void write_id(const Id& id, std::string& to) {
  to.assign(text_of(id.view()));
}

/// False: it has a wrong length.
template <typename Id>
bool read_id(const std::string& from, Id& to) {
  if (from.size() != Id::kSize) return false;
  to = Id::from(bytes_of(from));
  return true;
}

/// Empty bytes are none.
template <typename Id>
bool read_optional_id(const std::string& from, std::optional<Id>& to) {
  return from.empty() || read_id(from, to.emplace());
}

}  // namespace freshet::api
