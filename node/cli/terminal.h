// What the two output streams are: a terminal or not, how wide, and whether it takes escape
// sequences. Asks the system once; changes nothing.
#pragma once

#include <cstddef>

namespace freshet::cli {

struct Terminal {
  bool is_terminal = false;
  bool moves = false;   ///< takes cursor movement: a terminal that is not dumb
  bool colors = false;  ///< and NO_COLOR is not set
  std::size_t columns = 80;
  std::size_t rows = 24;
};

/// Of a file descriptor. Environment: TERM, NO_COLOR (https://no-color.org: any value but the empty
/// one).
Terminal terminal_of(int descriptor);

/// The decision alone; `term` and `no_color` as the environment has them, or null.
Terminal terminal_from(bool is_terminal, const char* term, const char* no_color);

}  // namespace freshet::cli
