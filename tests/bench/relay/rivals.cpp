#include "tests/bench/relay/rivals.h"

#include <stdexcept>

namespace freshet::bench {

MakeFormat format_of(const std::string& system) {
  if (system == "freshet" || system == "freshet-clear") return freshet_format;
  if (system == "nats") return nats_format;
  if (system == "redis") return redis_format;
  if (system == "zeromq") return zeromq_format;
  throw std::runtime_error("no format for " + system);
}

}  // namespace freshet::bench
