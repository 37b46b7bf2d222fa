// What `freshet doctor` says of one layer.
#pragma once

#include <string>
#include <vector>

namespace freshet::cli {

enum class Verdict {
  ok,
  note,  ///< worth knowing; nothing is broken
  fail,
};

/// Whose matter it is; decides the exit code.
enum class Layer { machine, network };

struct Finding {
  std::string name;  ///< of the layer: "port"
  Layer layer = Layer::machine;
  Verdict verdict = Verdict::ok;
  std::string what;
  std::string fix;  ///< empty: nothing is to be done
};

using Findings = std::vector<Finding>;

}  // namespace freshet::cli
