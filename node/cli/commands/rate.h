// `rate`: how much of files the node sends and fetches a second at most.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct RateOptions {
  std::optional<std::uint64_t> up;  ///< bytes a second; 0: no limit; nullopt: as it is
  std::optional<std::uint64_t> down;
  std::optional<std::string> polite = {};  ///< "on" or "off"
};

void declare_rate(CLI::App& root, RateOptions& options);
int run(Session& session, const RateOptions& options);

}  // namespace freshet::cli
