#include "node/core/overlay/io.h"

namespace freshet::core::overlay {

const char* to_string(CloseReason reason) {
  switch (reason) {
    case CloseReason::none:
      return "none";
    case CloseReason::self:
      return "self";
    case CloseReason::duplicate:
      return "duplicate";
    case CloseReason::full:
      return "full";
    case CloseReason::surplus:
      return "surplus";
    case CloseReason::malformed:
      return "malformed";
    case CloseReason::offence:
      return "offence";
    case CloseReason::silent:
      return "silent";
    case CloseReason::peer_left:
      return "peer left";
    case CloseReason::shutting_down:
      return "shutting down";
    case CloseReason::lost:
      return "lost";
  }
  return "unknown";
}

}  // namespace freshet::core::overlay
