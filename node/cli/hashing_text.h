// How far hashing is, for people.
#pragma once

#include <optional>
#include <string>

#include "node/api/messages.h"

namespace freshet::cli {

/// nullopt: nothing goes on, or how fast is not known.
std::optional<double> seconds_left(const api::Hashing& hashing);
/// "12 files, 3.4 GB to go, 512 MB/s, 7 s left"; empty when nothing is left.
std::string hashing_text(const api::Hashing& hashing);

}  // namespace freshet::cli
