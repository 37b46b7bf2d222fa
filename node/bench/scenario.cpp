#include "node/bench/scenario.h"

#include <algorithm>

namespace freshet::bench {

bool Scenario::has_churn() const {
  const bool crashes =
      std::any_of(churn.crash.begin(), churn.crash.end(), [](double share) { return share > 0; });
  return crashes || churn.session > Duration{};
}

}  // namespace freshet::bench
