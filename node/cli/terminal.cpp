#include "node/cli/terminal.h"

#include <cstdlib>
#include <string_view>

#include <sys/ioctl.h>
#include <unistd.h>

namespace freshet::cli {

Terminal terminal_from(bool is_terminal, const char* term, const char* no_color) {
  Terminal terminal;
  terminal.is_terminal = is_terminal;
  terminal.moves =
      is_terminal && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
  terminal.colors = terminal.moves && (no_color == nullptr || *no_color == '\0');
  return terminal;
}

Terminal terminal_of(int descriptor) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): read before any thread starts, and never set by us
  Terminal terminal = terminal_from(isatty(descriptor) == 1, getenv("TERM"), getenv("NO_COLOR"));
  winsize size{};
  if (terminal.is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    terminal.columns = size.ws_col;
    terminal.rows = size.ws_row;
  }
  return terminal;
}

}  // namespace freshet::cli
