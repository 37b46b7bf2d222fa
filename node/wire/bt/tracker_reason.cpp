#include "node/wire/bt/tracker_reason.h"

#include <algorithm>

namespace freshet::wire::bt {

std::string tracker_reason(std::string_view said) {
  if (said.empty()) return "it gives no reason";
  std::string reason(said.substr(0, kMaxTrackerReasonBytes));
  std::replace_if(
      reason.begin(), reason.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return reason;
}

}  // namespace freshet::wire::bt
