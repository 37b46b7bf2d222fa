// manifest.json: what it takes to repeat the runs, and what they cost here. The one file besides
// the report's timing that differs between equal runs.
#pragma once

#include <string>

#include "node/bench/results.h"

namespace freshet::bench {

/// The machine that ran it. Empty or 0 where it does not say.
struct Host {
  std::string name;
  std::string system;  ///< "Linux 6.1.0 x86_64"
  std::string cpu;     ///< the model
  unsigned cores = 0;
  std::uint64_t memory_bytes = 0;
};
Host this_host();

/// Of the program.
std::string_view version();

std::string manifest_json(const RunSet& set, const Host& host);

}  // namespace freshet::bench
