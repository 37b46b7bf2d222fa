// Bytes of a content as a person says them: FROM..TO, FROM.. or ..TO, such as 1M..2M; B, K, M, G, T
// of 1,024, as in `size:` of a search. TO itself is not among them, so that 0..1M and 1M..2M meet.
#pragma once

#include <string_view>

#include "node/api/messages.h"
#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

/// Errors: invalid: no range, or an empty one, with what is wrong and an example.
Result<api::ByteRange> parse_range(std::string_view text);

/// Declares an option that takes a range.
void add_range(CLI::App& command,
               const std::string& option,
               std::optional<api::ByteRange>& range,
               const std::string& description);

}  // namespace freshet::cli
