// The options that every command has.
#pragma once

#include <optional>
#include <string>

namespace freshet::cli {

struct Globals {
  std::optional<std::string> state;  ///< --state DIR; nullopt: the XDG folder
  bool json = false;
};

}  // namespace freshet::cli
