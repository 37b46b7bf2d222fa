// Is this text? Peers send names and words; whatever is not UTF-8 makes a body malformed.
#pragma once

#include <string_view>

namespace freshet::wire {

/// Well-formed UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above
/// U+10FFFF.
bool is_utf8(std::string_view text);

}  // namespace freshet::wire
